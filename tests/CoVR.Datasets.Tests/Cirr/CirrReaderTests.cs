using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.Cirr;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Cirr;

public sealed class CirrReaderTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_Validation_GivesEntriesInFileOrder()
    {
        var options = TinyLayouts.Cirr(_folder.FullName);
        var dataset = await options.CreateReader().ReadAsync(DatasetSplit.Validation, Cancel);
        Assert.Equal(["40", "37", "34", "31", "28"], dataset.Triplets.Select(triplet => triplet.Id));
        Assert.Equal(new MediaId("dev-0-img0"), dataset.Triplets[0].Reference);
        Assert.Equal(new MediaId("dev-5-img2"), dataset.Triplets[0].Target);
        Assert.Equal(["dev-0-img0", "dev-7-img1", "dev-5-img2", "dev-3-img3"], dataset.Triplets[0].Subset!.Select(id => id.Value));
        Assert.Equal(0.5, dataset.Triplets[0].Answers![new MediaId("dev-3-img3")]);
        Assert.Equal(options.Annotations[DatasetSplit.Validation], dataset.Source);
    }

    [Fact]
    public async Task ReadAsync_Gallery_IsEveryPictureOfTheSplitByName()
    {
        var reader = TinyLayouts.Cirr(_folder.FullName).CreateReader();
        TinyPictures.Write(_folder["images", "dev", "another.png"], 1);
        var dataset = await reader.ReadAsync(DatasetSplit.Validation, Cancel);
        Assert.Equal(10, dataset.Candidates.Count);
        Assert.Equal(dataset.Candidates.Select(id => id.Value).Order(StringComparer.Ordinal), dataset.Candidates.Select(id => id.Value));
        Assert.Contains(new MediaId("another"), dataset.Candidates);
    }

    [Fact]
    public async Task ReadAsync_Test_HidesTargets()
    {
        var dataset = await TinyLayouts.Cirr(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, Cancel);
        Assert.All(dataset.Triplets, triplet => Assert.Null(triplet.Target));
        Assert.All(dataset.Triplets, triplet => Assert.Equal(4, triplet.Subset!.Count));
    }

    [Theory]
    [InlineData(DatasetSplit.Validation, MissingMediaPolicy.StrictTest, 3)]
    [InlineData(DatasetSplit.Validation, MissingMediaPolicy.Strict, -1)]
    [InlineData(DatasetSplit.Validation, MissingMediaPolicy.Ignore, 5)]
    public async Task ReadAsync_WithoutAPicture_FollowsThePolicy(DatasetSplit split, MissingMediaPolicy policy, int triplets)
    {
        var options = TinyLayouts.Cirr(_folder.FullName);
        options.MissingMedia = policy;
        File.Delete(_folder["images", "dev", "dev-5-img2.png"]); // the third reference and the first target
        var reading = options.CreateReader().ReadAsync(split, Cancel);
        if (triplets < 0)
        {
            var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reading.AsTask());
            Assert.Contains("missing 1 of 5 reference (20.0 %): dev-5-img2", error.Message, StringComparison.Ordinal);
        }
        else
        {
            var data = await reading;
            Assert.Equal(triplets, data.Triplets.Count);
            Assert.Equal(5 - triplets, data.MissingTriplets);
        }
    }

    [Fact]
    public async Task ReadAsync_OfATestSplitWithoutAReference_IsRefused()
    {
        var reader = TinyLayouts.Cirr(_folder.FullName).CreateReader();
        File.Delete(_folder["images", "test1", "test1-7-img1.png"]);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Test, Cancel).AsTask());
        Assert.Equal("reference", error.Field);
        Assert.Contains("test1-7-img1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_WithAListOfPictures_NoticesThatTheGalleryLacksOne()
    {
        var options = TinyLayouts.Cirr(_folder.FullName);
        var names = Enumerable.Range(0, 9).Select(i => $"test1-{i * 7 % 9}-img{i}").Append("test1-99-img9");
        options.ImageSplits[DatasetSplit.Test] = TinyLayouts.Write(_folder["split.json"], names.ToDictionary(name => name, name => $"./test1/{name}.png"));
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => options.CreateReader().ReadAsync(DatasetSplit.Test, Cancel).AsTask());
        Assert.Contains("missing 1 of 10 gallery (10.0 %): test1-99-img9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OfABlankCaption_KeepsTheQueryAsThePublishedTestSplitHasIt()
    {
        await File.WriteAllTextAsync(_folder["cap.json"], """[{"pairid": 27098, "reference": "a", "caption": " ", "img_set": {"members": ["a"]}}]""", Cancel);

        var data = await new CirrOptions { MissingMedia = MissingMediaPolicy.Ignore }.AddSplit(DatasetSplit.Test, _folder["cap.json"], _folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, Cancel);

        Assert.Equal(" ", Assert.Single(data.Triplets).Modification);
    }

    [Theory]
    [InlineData("{}", 1, null, "expected an array")]
    [InlineData("[]", 1, null, "at least one entry")]
    [InlineData("[\n{\"pairid\": 1,\n oops", 3, null, "not valid JSON")]
    [InlineData("[\n{\"pairid\": 1}]", 2, "[0].reference", "the key is missing; the entry has: pairid")]
    [InlineData("[{\"pairid\": \"1\"}]", 1, "[0].pairid", "found a text, expected a number")]
    [InlineData("[{\"pairid\": 1, \"reference\": \"../x\"}]", 1, "[0].reference", "path outside the media folder")]
    [InlineData("[{\"pairid\": 1, \"reference\": \"a\", \"caption\": null}]", 1, "[0].caption", "found null, expected a text")]
    [InlineData("[{\"pairid\": 1, \"reference\": \"a\", \"caption\": \"c\", \"target_hard\": \"b\", \"img_set\": {\"members\": [\"a\", 3]}}]", 1, "[0].img_set.members[1]", "found a number, expected a text")]
    [InlineData("[{\"pairid\": 1, \"reference\": \"a\", \"caption\": \"c\", \"img_set\": {\"members\": []}},\n{\"pairid\": 1, \"reference\": \"a\", \"caption\": \"c\", \"img_set\": {\"members\": []}}]", 2, "[1]", "1 appears twice")]
    [InlineData("[{\"pairid\": 1, \"reference\": \"a\", \"caption\": \"c\", \"img_set\": {\"members\": []}},\n{\"pairid\": 2, \"reference\": \"a\", \"target_hard\": \"b\", \"caption\": \"c\", \"img_set\": {\"members\": []}}]", 2, "[1]", "the first entry has none")]
    public async Task ReadAsync_OfAMalformedFile_NamesLineAndField(string content, long line, string? field, string reason)
    {
        await File.WriteAllTextAsync(_folder["cap.json"], content, Cancel);
        var reader = new CirrOptions().AddSplit(DatasetSplit.Train, _folder["cap.json"], _folder.FullName).CreateReader();
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Train, Cancel).AsTask());
        Assert.Equal(_folder["cap.json"], error.File);
        Assert.Equal(line, error.Line);
        Assert.Equal(field, error.Field);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OfAMissingFile_SaysSo()
    {
        var reader = new CirrOptions().AddSplit(DatasetSplit.Train, _folder["no.json"], _folder.FullName).CreateReader();
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Train, Cancel).AsTask());
        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Test, Cancel).AsTask());
    }
}
