using CoVR.Data;

namespace CoVR.Training;

/// <summary><c>emb_pool: middle</c>: the middle frame of a target, whatever the triplet.</summary>
internal sealed class MiddleTargetPooling : ITargetPooling
{
    private readonly MiddleFramePooling _middle = new();

    public EmbeddingSet Pool(EmbeddingSet video, Triplet triplet, Random random) => _middle.Pool(video);
}
