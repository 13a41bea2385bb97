using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Modeling;
using CoVR.Modeling.Families;

namespace CoVR.Cli.Models;

/// <summary>The vocabulary of bert-base-uncased, used by the published models: 30,522 lines, one token each.</summary>
internal static class VocabularyFile
{
    /// <summary>The name of the file, which errors carry too.</summary>
    public const string Name = "vocab.txt";

    /// <summary>Its places in the working folder.</summary>
    public static IReadOnlyList<string> Places { get; } = [Name, Path.Combine("models", "bert-base-uncased", Name), "bert-base-uncased-vocab.txt"];

    /// <summary>The file in the working folder, or the published one if already downloaded; null if it is yet to be downloaded.</summary>
    /// <param name="host">The host, whose folder is searched.</param>
    /// <param name="resolver">Finds downloaded files.</param>
    public static string? FindHere(CommandHost host, CheckpointResolver resolver) =>
        Places.Select(host.PathOf).FirstOrDefault(File.Exists) ?? resolver.FindFile(ModelOptions.PublishedVocabulary);

    /// <summary>The requested file, the one in the working folder, or the published one; null if that is to be downloaded with the model.</summary>
    /// <param name="host">The host, whose folder is searched.</param>
    /// <param name="asked">A path; null to search.</param>
    /// <param name="resolver">Finds downloaded files, and whether downloading is possible.</param>
    /// <exception cref="CommandException">The requested file does not exist.</exception>
    /// <exception cref="CheckpointException">None was found and it cannot be downloaded; the message says where to put it.</exception>
    public static string? Find(CommandHost host, string? asked, CheckpointResolver resolver)
    {
        if (asked is not null)
        {
            return File.Exists(host.PathOf(asked)) ? host.PathOf(asked) : throw new CommandException($"there is no vocabulary '{asked}' (looked for {host.PathOf(asked)}).");
        }

        return FindHere(host, resolver)
            ?? (resolver.FindFault(ModelOptions.PublishedVocabulary) is { } fault ? throw Missing(host, new CheckpointException(ModelOptions.PublishedVocabulary, fault)) : null);
    }

    /// <summary>The error that says where to put the vocabulary.</summary>
    /// <param name="host">The host, whose folder is searched.</param>
    /// <param name="error">Why it is unavailable.</param>
    public static CheckpointException Missing(CommandHost host, CheckpointException error) => new(
        Name,
        $"the vocabulary of bert-base-uncased is needed to read texts. Put it into {host.Folder} as {Name}, or name it: --vocabulary FILE, in train and test model.vocabulary=FILE. ({(error.InnerException as CheckpointException ?? error).Message})",
        error);
}
