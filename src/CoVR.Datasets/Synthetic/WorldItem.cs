namespace CoVR.Datasets.Synthetic;

/// <summary>One file of a world.</summary>
/// <param name="Id">Its identity, for example <c>test/000042</c>.</param>
/// <param name="Scene">What it shows.</param>
/// <param name="IsClip">Whether it is a video.</param>
/// <param name="Number">Its place in the world, which seeds its random differences.</param>
internal sealed record WorldItem(string Id, Scene Scene, bool IsClip, int Number);

/// <summary>One row of the annotations.</summary>
/// <param name="Reference">What to start from.</param>
/// <param name="Target">The right answer.</param>
/// <param name="ReferenceCaption">Describes the reference.</param>
/// <param name="TargetCaption">Describes the target.</param>
/// <param name="Edit">What to change.</param>
internal sealed record WorldTriplet(WorldItem Reference, WorldItem Target, string ReferenceCaption, string TargetCaption, string Edit);

/// <summary>One split: its files, its rows, and for validation and test its gallery.</summary>
/// <param name="Items">Files; for validation and test these are the gallery, with every scene once.</param>
/// <param name="Triplets">Rows.</param>
internal sealed record WorldSplit(IReadOnlyList<WorldItem> Items, IReadOnlyList<WorldTriplet> Triplets);
