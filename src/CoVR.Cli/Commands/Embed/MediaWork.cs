namespace CoVR.Cli.Commands.Embed;

/// <summary>Items that go into one folder of embeddings.</summary>
/// <param name="Title">What is done, for the console.</param>
/// <param name="Unit">What the items are, in the plural.</param>
/// <param name="Items">The items, all shards together.</param>
/// <param name="Sink">Where they go.</param>
/// <param name="Pictures">Whether they are pictures; the tensors of videos have a frame axis.</param>
internal sealed record MediaWork(string Title, string Unit, IReadOnlyList<MediaItem> Items, Sink Sink, bool Pictures = false);
