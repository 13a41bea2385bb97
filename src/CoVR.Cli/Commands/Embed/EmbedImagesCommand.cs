using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Embedding;
using CoVR.Reproduction.Embedding;

namespace CoVR.Cli.Commands.Embed;

/// <summary><c>covr embed images</c>, the reference's <c>save_blip_embs_imgs.py</c> and <c>save_blip2_embs_imgs.py</c>.</summary>
internal sealed class EmbedImagesCommand
{
    private readonly Option<string> _folder = new("--image_dir", "--image-dir") { Description = "The folder of pictures.", Required = true };
    private readonly Option<string?> _todo = new("--todo_ids", "--todo-ids") { Description = "A list of the pictures to embed: column pth2 of a .csv, or one name per line (or a path below the folder, as in CC-CoIR)." };
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly SinkArguments _sink;
    private readonly ModelArguments _model;
    private readonly WorkArguments _work;

    private EmbedImagesCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("images", "Embeds the pictures of a folder.")
        {
            Notes = """
                Without --save_dir a folder that holds folders is done folder by folder: images/{train,dev,test1} go to blip-embs-large/{train,dev,test1}. A --save_dir
                takes all pictures of the folder, or, where it has none itself, those below it, by their file's name.
                A --todo_ids of paths (folder/name) names pictures by their path instead, as CC-CoIR does.
                Several workers: give each the same command with --num_shards N and its own --shard_id.
                """,
            Examples =
            [
                new("covr embed images --image_dir datasets/CIRR/images", "CIRR: writes datasets/CIRR/blip-embs-large/{train,dev,test1}/ID.pth"),
                new("covr embed images --image_dir datasets/fashion-iq/images --model blip2-coco", "writes datasets/fashion-iq/blip2-embs-large/ID.pth"),
                new(
                    "covr embed images --image_dir datasets/conceptual_captions/train --todo_ids annotation/cc-coir/cc-coir_train.csv --save_dir datasets/conceptual_captions/blip-embs-large/train",
                    "CC-CoIR: by the paths of its annotations"),
                new("covr embed images --image_dir photos --store embeddings/photos --checkpoint webvid-covr"),
                new("covr embed images --image_dir photos --store embeddings/photos --verify", "checks that none is missing"),
            ],
        };
        _command.Add(_folder);
        _command.Add(_todo);
        _sink = SinkArguments.AddTo(_command, "beside the pictures: blip-embs-large");
        _model = ModelArguments.ForTargets(_command);
        _work = WorkArguments.AddTo(_command, "Pictures per call of the model.");
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new EmbedImagesCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var model = _model.Read(_host, parsed);
        var folder = _host.PathOf(parsed.GetRequiredValue(_folder));
        var sink = _sink.Read(_host, parsed, ReferenceFolders.EmbeddingsOfPictures(folder, model.Family, model.FolderSize));
        if (_sink.Merge(parsed))
        {
            await EmbeddingCheck.MergeAsync(_host, sink, cancellation);
        }

        if (_sink.Merge(parsed) && !_sink.Verify(parsed))
        {
            return ExitCodes.Done;
        }

        var options = _work.Read(parsed);
        options.RetryFailed = _sink.Retry(parsed);
        var embedding = new MediaEmbedding(_host, model, options);
        var complete = true;
        var ids = await MediaList.IdsAsync(_host, parsed.GetValue(_todo), cancellation);
        foreach (var (from, to) in MediaList.ArePaths(ids) ? [(folder, sink)] : Parts(folder, sink))
        {
            var items = MediaList.Pictures(_host, from, ids);
            var work = new MediaWork($"Embedding {_host.Shown(from)}", "pictures", items, to, Pictures: true);
            complete &= _sink.Verify(parsed) ? await EmbeddingCheck.VerifyAsync(_host, work, cancellation) : await embedding.RunAsync(work, cancellation);
        }

        return complete ? ExitCodes.Done : ExitCodes.Failed;
    }

    // A named folder takes everything; otherwise each folder has its own tree, as in the reference.
    private IEnumerable<(string From, Sink To)> Parts(string folder, Sink sink)
    {
        string[] below = Directory.Exists(folder) && !sink.IsGiven ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)] : [];
        if (below.Length == 0 || Directory.EnumerateFiles(folder).Any(IsPicture))
        {
            if (below.Length > 0)
            {
                _host.Warn($"{_host.Shown(folder)} holds pictures and folders; only the pictures directly in it are embedded. To embed a subfolder, name it.");
            }

            return [(folder, sink)];
        }

        return below.All(part => !Directory.EnumerateFiles(part, "*", SearchOption.AllDirectories).Any(IsPicture))
            ? [(folder, sink)]
            : below.Where(part => Directory.EnumerateFiles(part, "*", SearchOption.AllDirectories).Any(IsPicture))
                .Select(part => (part, sink with { Folder = Path.Combine(sink.Folder, Path.GetFileName(part)) }));
    }

    private static bool IsPicture(string path) => MediaFolder.Pictures.Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
