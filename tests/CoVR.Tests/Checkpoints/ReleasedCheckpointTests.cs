using CoVR.Checkpoints;
using CoVR.Modeling;

namespace CoVR.Tests.Checkpoints;

public sealed class ReleasedCheckpointTests
{
    [Theory]
    [InlineData("blip-l-coco", "blip", "large", 384)]
    [InlineData("cirr-gt", "blip", "large-covr", 384)]
    [InlineData("cirr_ft-covr+gt", "blip", "large-covr", 384)]
    [InlineData("fashioniq-all-ft_covr", "blip", "large-covr", 384)]
    [InlineData("blip2-l-coco", "blip2", "coco", 364)]
    [InlineData("blip2-l-coco_coir", "blip2", "coco", 364)]
    [InlineData("blip2-l-coco_covr", "blip2", "coco", 364)]
    [InlineData("blip2-l-coco_coir+covr", "blip2", "coco", 364)]
    [InlineData("BLIP2-L-COCO_COIR+COVR", "blip2", "coco", 364)]
    [InlineData("coir+covr", "blip2", "coco", 364)]
    [InlineData("coir", "blip2", "coco", 364)]
    [InlineData("blip2/webvid-covr", "blip2", "coco", 364)]
    [InlineData("blip/webvid-covr", "blip", "large-covr", 384)]
    [InlineData("pretrain_vitL", "blip2", "pretrain_vitL", 224)]
    [InlineData("model_large_retrieval_coco", "blip", "large", 384)]
    public void Get_OfAReleasedName_KnowsWhatItIs(string name, string family, string variant, int size)
    {
        var entry = ReleasedCheckpoint.Get(name);

        Assert.Equal((family, variant, size), (entry.Family, entry.Variants[0], entry.Image.Size));
        Assert.Equal(entry, ReleasedCheckpoint.Get(name, family));
    }

    [Theory]
    [InlineData("webvid-covr", "blip", "https://huggingface.co/lucas-ventura/CoVR/resolve/main/webvid-covr.ckpt")]
    [InlineData("webvid-covr", "blip2", "https://huggingface.co/lucas-ventura/CoVR2/resolve/main/webvid-covr.ckpt")]
    [InlineData("cirr_ft-covr+gt", "", "https://huggingface.co/lucas-ventura/CoVR/resolve/main/cirr_ft-covr%2Bgt.ckpt")]
    [InlineData("fashioniq-all-ft_coir+covr", "", "https://huggingface.co/lucas-ventura/CoVR2/resolve/main/fashioniq-all-ft_coir%2Bcovr.ckpt")]
    [InlineData("blip-l-coco", "", "https://storage.googleapis.com/sfr-vision-language-research/BLIP/models/model_large_retrieval_coco.pth")]
    [InlineData("blip2-l-coco", "", "https://storage.googleapis.com/sfr-vision-language-research/LAVIS/models/BLIP2/blip2_finetune_coco.pth")]
    public void Get_OfAReleasedName_KnowsTheReferencesAddress(string name, string family, string address) =>
        Assert.Equal(address, ReleasedCheckpoint.Get(name, family).Uri!.AbsoluteUri);

    [Fact]
    public void All_Entries_HaveNamesOfTheirOwnAndFilesOfTheirOwn()
    {
        Assert.Equal(ReleasedCheckpoint.All.Count, ReleasedCheckpoint.All.Select(entry => entry.FullName).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(ReleasedCheckpoint.All.Count, ReleasedCheckpoint.All.Select(entry => (entry.Family, entry.FileName)).Distinct().Count());
        Assert.All(ReleasedCheckpoint.All, entry => Assert.Equal(entry, ReleasedCheckpoint.Get(entry.FullName)));
        Assert.All(ReleasedCheckpoint.All.SelectMany(entry => entry.Aliases.Select(alias => (entry, alias))), pair => Assert.Equal(pair.entry, ReleasedCheckpoint.Get(pair.alias, pair.entry.Family)));
    }

    [Fact]
    public void Get_OfANameOfTwoFamilies_AsksWhich()
    {
        var error = Assert.Throws<CheckpointException>(() => ReleasedCheckpoint.Get("webvid-covr"));

        Assert.Contains("'blip/webvid-covr' or 'blip2/webvid-covr'", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blip2-l-coco_coir", "blip", "weights of BLIP-2 (blip2-l-coco, trained on CC-CoIR.), which a BLIP model cannot load: use UseBlip2")]
    [InlineData("blip2/webvid-covr", "blip", "weights of BLIP-2")]
    [InlineData("cirr_ft-covr+gt", "blip2", "weights of BLIP (webvid-covr, fine-tuned on CIRR.), which a BLIP-2 model cannot load: use UseBlip,")]
    public void Get_ForAnotherFamily_SaysSoInASentence(string name, string family, string part)
    {
        var error = Assert.Throws<CheckpointException>(() => ReleasedCheckpoint.Get(name, family));

        Assert.Contains(part, error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("webvid_covr", "webvid-covr")]
    [InlineData("blip2-l-coco_cior", "blip2-l-coco_coir")]
    [InlineData("cirr_ft_covr+gt", "cirr_ft-covr+gt")]
    [InlineData("blip-large-coco", "blip-l-coco")]
    public void Get_OfAMisspeltName_NamesTheNearest(string name, string nearest)
    {
        Assert.Equal(nearest, ReleasedCheckpoint.Nearest(name)[0]);
        Assert.Contains($"'{nearest}'", Assert.Throws<CheckpointException>(() => ReleasedCheckpoint.Get(name)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_OfANameLikeNone_ListsAll() =>
        Assert.Contains("Known: blip-l-coco, ", Assert.Throws<CheckpointException>(() => ReleasedCheckpoint.Get("qqqqqqqqqqqqqqqqqqqqqqqqqqq")).Reason, StringComparison.Ordinal);
}
