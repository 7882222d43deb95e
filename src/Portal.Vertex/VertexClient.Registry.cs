using Portal.Vertex.Contracts;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <content>Models, endpoints, operations and the publisher's models. Source: vertex-ai.md 6 and 11.2.</content>
public sealed partial class VertexClient
{
    private static readonly TimeSpan s_firstPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPoll = TimeSpan.FromSeconds(10);

    /// <param name="name"><c>projects/../models/{id}</c>, optionally with <c>@{version or alias}</c>.</param>
    public Task<VertexModel> GetModelAsync(string name, CancellationToken cancellationToken) => GetAsync<VertexModel>(name, "", cancellationToken);

    /// <summary>Models of <see cref="Parent"/>, each at its default version.</summary>
    /// <param name="filter">E.g. <c>labels.tune-type:*</c> or <c>displayName="x"</c>; null for all.</param>
    public IAsyncEnumerable<VertexModel> ListModelsAsync(string? filter, CancellationToken cancellationToken) =>
        PagesAsync(
            async token =>
            {
                var query = VertexQuery.Of(("filter", filter), ("pageSize", $"{PageSize}"), ("pageToken", token));
                var page = await GetAsync<VertexListModelsResponse>(Parent, "/models" + query, cancellationToken);
                return (page.Models, page.NextPageToken);
            },
            cancellationToken);

    /// <summary>Refused with FAILED_PRECONDITION while an endpoint serves the model.</summary>
    public Task<VertexOperation> DeleteModelAsync(string name, CancellationToken cancellationToken) => DeleteAsync(name, cancellationToken);

    public Task<VertexEndpoint> GetEndpointAsync(string name, CancellationToken cancellationToken) => GetAsync<VertexEndpoint>(name, "", cancellationToken);

    /// <summary>Endpoints of <see cref="Parent"/>.</summary>
    /// <param name="filter">E.g. <c>labels.team="x"</c> or <c>displayName="x"</c>; null for all.</param>
    public IAsyncEnumerable<VertexEndpoint> ListEndpointsAsync(string? filter, CancellationToken cancellationToken) =>
        PagesAsync(
            async token =>
            {
                var query = VertexQuery.Of(("filter", filter), ("pageSize", $"{PageSize}"), ("pageToken", token));
                var page = await GetAsync<VertexListEndpointsResponse>(Parent, "/endpoints" + query, cancellationToken);
                return (page.Endpoints, page.NextPageToken);
            },
            cancellationToken);

    /// <summary>Makes an endpoint in a location; the operation's response is the endpoint. No idempotency key: never retried.</summary>
    /// <param name="parent"><c>projects/{p}/locations/{l}</c> where the model is, which need not be <see cref="Parent"/> (vertex-ai.md 2.5).</param>
    public Task<VertexOperation> CreateEndpointAsync(string parent, VertexEndpoint endpoint, CancellationToken cancellationToken) =>
        PostAsync<VertexOperation>(parent, "/endpoints", VertexCallKind.Create, endpoint, cancellationToken);

    /// <summary>Puts a model, or one of its checkpoints, on an endpoint and gives it all the traffic.</summary>
    public Task<VertexOperation> DeployModelAsync(string endpointName, VertexDeployedModel model, CancellationToken cancellationToken)
    {
        // "0" stands for the model being deployed.
        var body = new VertexDeployModelRequest { DeployedModel = model, TrafficSplit = new Dictionary<string, int> { ["0"] = 100 } };
        return PostAsync<VertexOperation>(endpointName, ":deployModel", VertexCallKind.Create, body, cancellationToken);
    }

    public Task<VertexOperation> UndeployModelAsync(string endpointName, string deployedModelId, CancellationToken cancellationToken) =>
        PostAsync<VertexOperation>(
            endpointName, ":undeployModel", VertexCallKind.Change, new VertexUndeployModelRequest { DeployedModelId = deployedModelId }, cancellationToken);

    /// <summary>Refused with FAILED_PRECONDITION while models are deployed.</summary>
    public Task<VertexOperation> DeleteEndpointAsync(string name, CancellationToken cancellationToken) => DeleteAsync(name, cancellationToken);

    public Task<VertexOperation> GetOperationAsync(string name, CancellationToken cancellationToken) =>
        GetAsync<VertexOperation>(name, "", cancellationToken);

    /// <summary>Polls, first after a second and then ever more seldom up to ten, until the operation has succeeded.</summary>
    /// <exception cref="VertexException">It failed.</exception>
    public async Task<VertexOperation> WaitOperationAsync(string name, CancellationToken cancellationToken)
    {
        for (var pause = s_firstPoll; ; pause = pause * 2 < s_longestPoll ? pause * 2 : s_longestPoll)
        {
            var operation = await GetOperationAsync(name, cancellationToken);
            if (operation.Done)
            {
                return operation.Error is { } error ? throw VertexException.FromStatus(error) : operation;
            }

            await Task.Delay(pause, _transport.Clock, cancellationToken);
        }
    }

    /// <param name="id">Short id, or <c>publishers/{publisher}/models/{id}</c>.</param>
    /// <exception cref="VertexException">NOT_FOUND for a model that is retired, or not served in the client's location.</exception>
    public Task<VertexPublisherModel> GetPublisherModelAsync(string id, CancellationToken cancellationToken) =>
        GetAsync<VertexPublisherModel>(id.Contains('/') ? id : $"publishers/google/models/{id}", "", cancellationToken);

    /// <summary>Google's models. Listing them is part of v1beta1 only.</summary>
    public IAsyncEnumerable<VertexPublisherModel> ListPublisherModelsAsync(CancellationToken cancellationToken) =>
        PagesAsync(
            async token =>
            {
                var query = VertexQuery.Of(("pageSize", $"{PageSize}"), ("pageToken", token));
                var address = _transport.Address(HostOf(_options.Location), "v1beta1/publishers/google/models" + query);
                var page = await _transport.SendAsync<VertexListPublisherModelsResponse>(
                    HttpMethod.Get, address, VertexCallKind.Safe, body: null, cancellationToken);
                return (page.PublisherModels, page.NextPageToken);
            },
            cancellationToken);

    private Task<VertexOperation> DeleteAsync(string name, CancellationToken cancellationToken) =>
        _transport.SendAsync<VertexOperation>(HttpMethod.Delete, Address(name), VertexCallKind.Change, body: null, cancellationToken);
}
