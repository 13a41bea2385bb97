using System.CommandLine;
using CoVR.Cli.Hosting;

namespace CoVR.Cli.Commands.Embed;

/// <summary><c>covr embed</c>: pictures, videos, texts and scores, as the reference's <c>tools/embs</c>.</summary>
internal static class EmbedCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host)
    {
        var command = new DocumentedCommand("embed", "Computes the embeddings that training, tests and search compare queries with.")
        {
            Notes = """
                An interrupted job continues when the same command is run again. Files that cannot be read are listed at the end; the exit
                code is 0 only when everything was embedded. 'covr embed images --help' and so on explain each.
                """,
            Examples =
            [
                new("covr embed videos --video_dir datasets/WebVid/2M/train --todo_ids annotation/webvid-covr/webvid2m-covr_train.csv"),
                new("covr embed images --image_dir datasets/fashion-iq/images"),
                new("covr embed texts annotation/webvid-covr/webvid2m-covr_train.csv datasets/WebVid/2M/blip-vid-embs-large-all"),
            ],
        };
        command.Add(EmbedImagesCommand.Create(host));
        command.Add(EmbedVideosCommand.Create(host));
        command.Add(EmbedTextsCommand.Create(host));
        command.Add(EmbedScoresCommand.Create(host));
        return command;
    }
}
