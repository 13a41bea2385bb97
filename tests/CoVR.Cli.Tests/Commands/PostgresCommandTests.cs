using System.Text.Json;
using CoVR.Cli.Hosting;
using CoVR.Cli.Tests.Made;
using CoVR.TestSupport.Postgres;
using Npgsql;

namespace CoVR.Cli.Tests.Commands;

/// <summary>Commands that keep embeddings in PostgreSQL.</summary>
[Collection("torch")]
public sealed class PostgresCommandTests : IAsyncLifetime
{
    private const int Pictures = 7;
    private static readonly string[] Model = ["--model", "tiny-blip", "--checkpoint", "tiny"];
    private readonly CommandRun _run = new();
    private PostgresDatabase _database = null!;
    private string[] _gallery = [];

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        await File.WriteAllTextAsync(_run["pgpass"], $"*:*:*:{server.Username}:{server.Password}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_run["pgpass"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _gallery = ["--postgres", "photos", "--connection", $"Host={server.Host};Port={server.Port};Database={server.Database};Username={server.Username};Passfile={_run["pgpass"]}"];
        TinyModel.WriteTo(_run);
        for (var picture = 0; picture < Pictures; picture++)
        {
            TinyMedia.Picture(_run["photos", $"{picture}.png"], picture);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Embed_TwoShards_FillOneGalleryThatIsVerifiedAndSearched()
    {
        string[] embed = ["embed", "images", "--image_dir", "photos", .. _gallery, "--num_shards", "2"];
        await _run.SucceedAsync([.. embed, "--shard_id", "0", .. Model]);
        Assert.Equal(ExitCodes.Failed, await _run.RunAsync([.. embed, "--verify"]));
        await _run.SucceedAsync([.. embed, "--shard_id", "1", .. Model]);

        Assert.Contains($"{Pictures} of {Pictures} pictures embedded", await _run.SucceedAsync([.. embed, "--verify"]), StringComparison.Ordinal);
        var answer = JsonDocument.Parse(await _run.SucceedAsync(["search", .. _gallery, "--image", "photos/3.png", "--top", "3", "--json", .. Model])).RootElement;
        Assert.Equal(3, answer.GetProperty("hits").GetArrayLength());
        Assert.Equal(Pictures, answer.GetProperty("candidates").GetInt32());
    }

    [Fact]
    public async Task Search_FolderInADatabase_AnswersAsFromItsStore()
    {
        string[] search = ["search", "photos", "--image", "photos/3.png", "--json", .. Model];
        var stored = JsonDocument.Parse(await _run.SucceedAsync(search)).RootElement;

        var kept = JsonDocument.Parse(await _run.SucceedAsync([.. search, .. _gallery])).RootElement;

        Assert.Equal(Files(stored), Files(kept));
        await _run.SucceedAsync([.. search, .. _gallery]);
        Assert.Contains($"{Pictures} were already embedded", _run.Error, StringComparison.Ordinal);

        static string?[] Files(JsonElement answer) => [.. answer.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("file").GetString())];
    }

    [Fact]
    public async Task Gallery_IndexRecallAndShow_TellWhatThereIs()
    {
        await _run.SucceedAsync(["embed", "images", "--image_dir", "photos", .. _gallery, .. Model]);
        string[] named = ["photos", .. _gallery[2..]];

        await _run.SucceedAsync(["gallery", "index", .. named]);

        Assert.StartsWith($"recall@2 1.0000, 95 % interval ", (await _run.SucceedAsync(["gallery", "recall", .. named, "--top", "2", "--sample", "5"])).Split('\n').Single(line => line.StartsWith("recall", StringComparison.Ordinal)), StringComparison.Ordinal);
        var shown = await _run.SucceedAsync(["gallery", "show", .. named]);
        Assert.Contains($": {Pictures} items", shown, StringComparison.Ordinal);
        Assert.Contains("answers are exact among few items", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embed_PasswordOnTheCommandLine_IsRefusedAndNotRepeated()
    {
        var code = await _run.RunAsync(["embed", "images", "--image_dir", "photos", "--postgres", "photos", "--connection", "Host=db;Password=hidden", .. Model]);

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("PGPASSWORD", _run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", _run.Output + _run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--connection", "Host=db")]
    [InlineData("--postgres", "photos", "--connection", "no connection")]
    [InlineData("--postgres", "photos", "--store", "store")]
    [InlineData("--postgres", "photos", "--merge")]
    public async Task Embed_PlacesThatDoNotGoTogether_AreUsageErrors(params string[] place) =>
        Assert.Equal(ExitCodes.Usage, await _run.RunAsync(["embed", "images", "--image_dir", "photos", .. place, .. Model]));

    [Fact]
    public async Task Search_NoFolderAndNoGallery_IsAUsageError() => Assert.Equal(ExitCodes.Usage, await _run.RunAsync(["search", "--text", "red", .. Model]));
}
