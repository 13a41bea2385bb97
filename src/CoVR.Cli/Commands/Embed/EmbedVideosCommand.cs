using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Embedding;
using CoVR.Reproduction.Embedding;

namespace CoVR.Cli.Commands.Embed;

/// <summary><c>covr embed videos</c>, the reference's <c>save_blip_embs_vids.py</c> and <c>save_blip2_embs_vids.py</c>.</summary>
internal sealed class EmbedVideosCommand
{
    private readonly Option<string> _folder = new("--video_dir", "--video-dir") { Description = "The folder of videos, FOLDER/NAME.mp4 below it.", Required = true };
    private readonly Option<string?> _todo = new("--todo_ids", "--todo-ids") { Description = "A list of the videos to embed: column pth2 of a .csv, or one FOLDER/NAME per line." };
    private readonly Option<int> _frames = new Option<int>("--frames_video", "--frames-video") { Description = "Frames per video, evenly spaced.", DefaultValueFactory = _ => 15 }.AtLeast(1);
    private readonly Option<bool> _tokens = new("--save_all_tokens", "--save-all-tokens") { Description = "Stores all tokens of the visual encoder instead of the embedding: 2.4 MB per frame." };
    private readonly Option<bool> _bgr = new("--bgr") { Description = "Reads frames in blue, green, red order, as the reference does by mistake: for stores that continue its files." };
    private readonly Option<int> _timeout = OptionRules.VideoTimeout();
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly SinkArguments _sink;
    private readonly ModelArguments _model;
    private readonly WorkArguments _work;

    private EmbedVideosCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("videos", "Embeds the videos of a folder, 15 frames each.")
        {
            Notes = """
                Several workers: give each the same command with --num_shards N and its own --shard_id; they may start and stop at any time.
                Videos of the list that are not there are reported as failed. ffmpeg must be installed.
                """,
            Examples =
            [
                new(
                    "covr embed videos --video_dir datasets/WebVid/8M/train --todo_ids annotation/webvid-covr/webvid8m-covr_test.csv",
                    "writes datasets/WebVid/8M/blip-vid-embs-large-all/FOLDER/NAME.pth"),
                new("covr embed videos --video_dir clips --store embeddings/clips --num_shards 4 --shard_id 0", "the first of four workers"),
                new("covr embed videos --video_dir clips --store embeddings/clips --merge --verify", "after all four are done"),
                new("covr embed videos --video_dir clips --postgres clips --num_shards 4 --shard_id 0", "all workers write into one gallery of a database, which is searched meanwhile"),
            ],
        };
        _command.Add(_folder);
        _command.Add(_todo);
        _command.Add(_frames);
        _command.Add(_tokens);
        _command.Add(_bgr);
        _command.Add(_timeout);
        _sink = SinkArguments.AddTo(_command, "beside the videos: blip-vid-embs-large-all");
        _model = ModelArguments.ForTargets(_command);
        _work = WorkArguments.AddTo(_command, "Frames per call of the model (the reference counts videos).");
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new EmbedVideosCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var model = _model.Read(_host, parsed);
        var folder = _host.PathOf(parsed.GetRequiredValue(_folder));
        var tokens = parsed.GetValue(_tokens);
        var sink = _sink.Read(_host, parsed, ReferenceFolders.EmbeddingsOfVideos(folder, model.Family, model.FolderSize, tokens));
        if (_sink.Merge(parsed))
        {
            await EmbeddingCheck.MergeAsync(_host, sink, cancellation);
        }

        if (_sink.Merge(parsed) && !_sink.Verify(parsed))
        {
            return ExitCodes.Done;
        }

        var items = await MediaList.VideosAsync(_host, folder, parsed.GetValue(_todo), cancellation);
        var work = new MediaWork($"Embedding {_host.Shown(folder)}", "videos", items, sink);
        var complete = _sink.Verify(parsed)
            ? await EmbeddingCheck.VerifyAsync(_host, work, cancellation)
            : await Embedding(parsed, model, tokens).RunAsync(work, cancellation);
        return complete ? ExitCodes.Done : ExitCodes.Failed;
    }

    private MediaEmbedding Embedding(ParseResult parsed, IModelChoice model, bool tokens)
    {
        var options = _work.Read(parsed);
        options.RetryFailed = _sink.Retry(parsed);
        options.StoresVisualTokens = tokens;
        return new MediaEmbedding(_host, model, options)
        {
            Frames = parsed.GetValue(_frames),
            BgrVideos = parsed.GetValue(_bgr),
            VideoTimeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
        };
    }
}
