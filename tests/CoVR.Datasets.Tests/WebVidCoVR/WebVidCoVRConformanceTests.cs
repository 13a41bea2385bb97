using CoVR.Conformance;
using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.WebVidCoVR;

public sealed class WebVidCoVRConformanceTests : DatasetReaderConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override ITripletDatasetReader Create()
    {
        var options = new WebVidCoVROptions();
        Directory.CreateDirectory(_folder["1"]);
        foreach (var video in Enumerable.Range(0, 5))
        {
            File.WriteAllBytes(_folder["1", $"{video}.mp4"], [0]);
        }

        foreach (var split in Enum.GetValues<DatasetSplit>())
        {
            var path = _folder[$"{split}.csv"];
            File.WriteAllText(path, "txt1,txt2,pth1,pth2,edit\na dog,a cat,1/0,1/1,make it a cat\na cat,a cow,1/1,1/2,make it a cow\na dog,a pig,1/0,1/3,\"as a pig, please\"\na cow,a hen,1/3,1/4,a hen instead\n");
            options.AddSplit(split, path, _folder.FullName);
        }

        return options.CreateReader();
    }
}
