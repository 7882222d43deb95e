using Portal.Sandbox.Learner;
using Portal.Sandbox.Vertex.Catalog;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>Who answers a call: a base model from all it is given, a tuned one from what it has learnt.</summary>
internal sealed record InferenceTarget(PublishedModel Model, Func<VertexGenerateContentRequest, ModelAnswer> Answer);
