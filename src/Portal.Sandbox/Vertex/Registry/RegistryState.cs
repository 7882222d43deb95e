using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Portal.Sandbox.State;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Registry;

/// <summary>Tuned models and endpoints. Which model is deployed where is told by the endpoints alone.</summary>
internal sealed class RegistryState(string folder)
{
    public ResourceStore<ModelRecord> Models { get; } = new(Path.Combine(folder, "models"), record => record.Model.Name);

    public ResourceStore<VertexEndpoint> Endpoints { get; } = new(Path.Combine(folder, "endpoints"), endpoint => endpoint.Name);

    /// <summary>Held while one change looks at both: a deploy must not pass a delete of its model.</summary>
    public Lock Gate { get; } = new();

    public ModelRecord GetModel(string name) => TryGetModel(name, out var record) ? record : throw Refusal.NoResource("Model", name);

    /// <param name="name">With or without <c>@version</c> or <c>@alias</c>.</param>
    /// <param name="record">The model.</param>
    public bool TryGetModel(string name, [NotNullWhen(true)] out ModelRecord? record)
    {
        var parts = name.Split('@');
        return Models.TryGet(parts[0], out record)
            && (parts.Length == 1 || parts[1] == record.Model.VersionId || record.Model.VersionAliases.Contains(parts[1]));
    }

    public VertexEndpoint GetEndpoint(string name) => Endpoints.TryGet(name, out var endpoint) ? endpoint : throw Refusal.NoResource("Endpoint", name);

    public VertexModel View(ModelRecord record) => record.Model with
    {
        DeployedModels =
        [
            .. from endpoint in Endpoints.All()
               from deployed in endpoint.DeployedModels
               where deployed.Model == record.Model.Name
               orderby endpoint.CreateTime, endpoint.Name
               select new VertexDeployedModelRef { Endpoint = endpoint.Name, DeployedModelId = deployed.Id },
        ],
    };

    public static string Etag(DateTime updatedAt) => updatedAt.Ticks.ToString("x", CultureInfo.InvariantCulture);
}
