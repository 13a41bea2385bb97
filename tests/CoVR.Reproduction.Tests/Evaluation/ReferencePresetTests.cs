using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Reproduction.Evaluation;
using CoVR.Retrieval;

namespace CoVR.Reproduction.Tests.Evaluation;

public sealed class ReferencePresetTests
{
    [Fact]
    public void Rules_OfVideos_AreThoseOfTheCode()
    {
        var rules = ReferencePreset.Variant.Apply(new WebVidCoVRProtocol(), Dataset()).Rules;
        Assert.Equal(
            new WebVidCoVRProtocol().Rules with
            {
                Pooling = new DrawnFramePooling(15, FramePoolings.ByAnsweredText),
                Layout = CandidatePerRow.Name,
                TieBreaker = ReferenceTies.Numpy,
                ColourOrder = "bgr",
                SelfMatch = "last, found by the pair numbers of the sorted table",
            },
            rules);
    }

    [Fact]
    public void Apply_ToPictures_RanksTheReferenceLastEvenWhereItIsTheTarget()
    {
        var data = Dataset();
        var odd = data.Triplets[0] with { Target = data.Triplets[0].Reference };
        var reference = ReferencePreset.Variant.Apply(new CirrOptions().CreateProtocol(), data);
        Assert.Equal([odd.Reference], reference.Exclusions(odd));
        Assert.Equal((ReferenceTies.Numpy, true, "last, after every other candidate"), (reference.Rules.TieBreaker, reference.Rules.NormalizesCandidates, reference.Rules.SelfMatch));
    }

    [Fact]
    public void Apply_ToAProtocolOfOthers_LeavesIt()
    {
        var other = EvaluationVariant.Corrected.Apply(new WebVidCoVRProtocol(), Dataset());
        Assert.Same(other, ReferencePreset.Variant.Apply(other, Dataset()));
    }

    [Fact]
    public void Exclusions_OfVideos_MaskByThePairNumbersOfTheSortedTable()
    {
        // In the file: items 9, 5, 7. Sorted by target: rows 5, 7, 9; item i is compared with row i.
        Triplet[] file = [Row("1", "0005", "0009"), Row("2", "0007", "0005"), Row("3", "0009", "0007")];
        var data = new TripletDataset("test", DatasetSplit.Test, file, [.. file.Select(triplet => triplet.Target!.Value)]);
        var reference = ReferencePreset.Variant.Apply(new WebVidCoVRProtocol(), data);

        // Row 0 of the sorted table is file row 2 (reference 7): it masks the column of sorted row 1 (target 7), where item 1 (target 5) stands.
        Assert.Equal(["0005"], Masked(reference, file[0]));
        Assert.Equal(["0007"], Masked(reference, file[1]));
        Assert.Equal(["0009"], Masked(reference, file[2]));
        Assert.Equal(["0005"], Masked(EvaluationVariant.Corrected.Apply(new WebVidCoVRProtocol(), data), file[0]));

        Triplet[] sorted = [file[1], file[2], file[0]];
        var agreeing = ReferencePreset.Variant.Apply(new WebVidCoVRProtocol(), data with { Triplets = sorted, Candidates = [.. sorted.Select(triplet => triplet.Target!.Value)] });
        Assert.All(sorted, triplet => Assert.Equal([triplet.Reference.Value], Masked(agreeing, triplet)));
        Assert.Empty(ReferencePreset.Variant.Apply(new WebVidCoVRProtocol(excludeReference: false), data).Exclusions(file[0]));

        static IEnumerable<string> Masked(IRetrievalProtocol protocol, Triplet triplet) => protocol.Exclusions(triplet).Select(id => id.Value);
        static Triplet Row(string id, string reference, string target) => new(id, new MediaId(reference), "edit", new MediaId(target));
    }

    [Fact]
    public void Exclusions_OfIdentitiesThatAreNoNumbers_CompareThemAsTheyAre()
    {
        Triplet[] file = [new("1", new MediaId("b"), "edit", new MediaId("a")), new("2", new MediaId("a"), "edit", new MediaId("b"))];
        var reference = ReferencePreset.Variant.Apply(new WebVidCoVRProtocol(), new TripletDataset("test", DatasetSplit.Test, file, [new("a"), new("b")]));

        Assert.All(file, triplet => Assert.Equal([triplet.Reference], reference.Exclusions(triplet)));
    }

    private static TripletDataset Dataset()
    {
        Triplet[] triplets = [.. Enumerable.Range(0, 2).Select(i => new Triplet($"{i}", new MediaId($"r{i}"), "edit", new MediaId($"t{i}")))];
        return new TripletDataset("test", DatasetSplit.Test, triplets, [.. triplets.Select(triplet => triplet.Target!.Value)]);
    }
}
