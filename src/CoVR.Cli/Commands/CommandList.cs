using System.CommandLine;
using CoVR.Cli.Hosting;

namespace CoVR.Cli.Commands;

/// <summary>Every command of <c>covr</c>.</summary>
internal static class CommandList
{
    /// <summary>The root command.</summary>
    public static RootCommand Create(CommandHost host)
    {
        var root = new DocumentedRootCommand("Composed image and video retrieval: search with a reference picture or video, and a text that says what to change.")
        {
            HelpName = "covr",
            Notes = "'covr COMMAND --help' explains a command, with examples. Run an interrupted command again to continue where it stopped.",
        };

        // In the order in which help shows them; one line each.
        Func<CommandHost, Command>[] commands =
        [
            Train.TrainCommand.Create,
            Test.TestCommand.Create,
            Search.SearchCommand.Create,
            Serve.ServeCommand.Create,
            Serve.McpCommand.Create,
            Embed.EmbedCommand.Create,
            Gallery.GalleryCommand.Create,
            Construct.ConstructCommand.Create,
            Download.DownloadCommand.Create,
            Convert.ConvertCommand.Create,
            Demo.DemoCommand.Create,
            Doctor.DoctorCommand.Create,
        ];
        foreach (var create in commands)
        {
            root.Add(create(host));
        }

        return root;
    }
}
