using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Registry;

/// <summary>What is deployed on an endpoint and how its traffic is split: the shares make 100, or there are none.</summary>
internal static class TrafficRules
{
    private const string TheNewOne = "0";
    private const int Whole = 100;

    public static VertexEndpoint Deploy(VertexEndpoint endpoint, VertexDeployedModel deployed, IReadOnlyDictionary<string, int> split)
    {
        if (endpoint.DeployedModels.Any(present => present.Id == deployed.Id))
        {
            throw new Refusal(409, VertexErrorStatus.AlreadyExists, $"DeployedModel \"{deployed.Id}\" already exists.");
        }

        var shares = split.ToDictionary(share => share.Key == TheNewOne ? deployed.Id : share.Key, share => share.Value);
        if (shares.Count == 0)
        {
            shares = endpoint.DeployedModels.Count == 0 ? new() { [deployed.Id] = Whole } : endpoint.TrafficSplit.ToDictionary();
        }

        return Check(endpoint with { DeployedModels = [.. endpoint.DeployedModels, deployed], TrafficSplit = Shown(shares) });
    }

    public static VertexEndpoint Undeploy(VertexEndpoint endpoint, string deployedId, IReadOnlyDictionary<string, int> split)
    {
        if (endpoint.DeployedModels.All(present => present.Id != deployedId))
        {
            throw Refusal.NotFound($"DeployedModel \"{deployedId}\" does not exist on Endpoint \"{endpoint.Name}\".");
        }

        var left = endpoint.DeployedModels.Where(present => present.Id != deployedId).ToList();
        if (left.Count > 0 && split.Count == 0 && endpoint.TrafficSplit.GetValueOrDefault(deployedId) > 0)
        {
            throw Refusal.Invalid("The model to undeploy has traffic: a new traffic split is required.");
        }

        var shares = split.Count > 0 ? split.ToDictionary() : endpoint.TrafficSplit.Where(share => share.Key != deployedId).ToDictionary();
        return Check(endpoint with { DeployedModels = left, TrafficSplit = Shown(left.Count == 0 ? [] : shares) });
    }

    public static VertexEndpoint Check(VertexEndpoint endpoint)
    {
        var ids = endpoint.DeployedModels.Select(deployed => deployed.Id).ToHashSet();
        var shares = endpoint.TrafficSplit;
        return shares.Count == 0 || (shares.Values.Sum() == Whole && shares.All(share => share.Value >= 0 && ids.Contains(share.Key)))
            ? endpoint
            : throw Refusal.Invalid("The traffic split must name deployed models of this endpoint and sum to 100.");
    }

    private static Dictionary<string, int> Shown(Dictionary<string, int> shares) => shares.Where(share => share.Value != 0).ToDictionary();
}
