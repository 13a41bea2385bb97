using System.Text;
using CoVR.Cli.Commands.Download;
using CoVR.Data;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Cli.Tests.Commands.Download;

public sealed class VideoListFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("table", "videoid,page_dir,contentUrl\n1,000001_000050,https://a/1.mp4\n2,,https://a/2.mp4\n\"3\",000001_000050,\"https://a/3,4.mp4\"\n")]
    [InlineData("json", "{\"000001_000050/1.mp4\": \"https://a/1.mp4\",\n\"caf\u00e9/2\": \"https://a/2.mp4\"}")]
    public void ReadAsync_Mutants_AreReadOrRefused(string name, string content)
    {
        var path = _folder["list"];
        var mutator = new ByteMutator([Encoding.UTF8.GetBytes(content)], "{", "}", "[", "]", "\"", "\\ud800", "null", ":", ",", "\n", "\"\"", "\uFEFF", "\0");
        Fuzz.Run("video list, " + name, 500, mutator.Make, mutant =>
        {
            File.WriteAllBytes(path, mutant);
            try
            {
                return VideoAddressList.ReadAsync(path, TestContext.Current.CancellationToken).AllAsync(video => video.Id is not null && video.Address is not null).AsTask().GetAwaiter().GetResult();
            }
            catch (DatasetFormatException)
            {
                return false;
            }
        });
    }
}
