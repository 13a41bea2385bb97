using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Modeling;
using CoVR.Modeling.Families;

namespace CoVR.Cli.Models;

/// <summary>The vocabulary of bert-base-uncased, which the published models read texts with: 30,522 lines, one token each.</summary>
internal static class VocabularyFile
{
    /// <summary>The name of the file, which errors carry too.</summary>
    public const string Name = "vocab.txt";

    /// <summary>Where it is looked for in the working folder.</summary>
    public static IReadOnlyList<string> Places { get; } = [Name, Path.Combine("models", "bert-base-uncased", Name), "bert-base-uncased-vocab.txt"];

    /// <summary>One in the working folder, or the published one where it was downloaded already; null where it is yet to be.</summary>
    /// <param name="host">The host, whose folder is searched.</param>
    /// <param name="resolver">Knows what was downloaded.</param>
    public static string? FindHere(CommandHost host, CheckpointResolver resolver) =>
        Places.Select(host.PathOf).FirstOrDefault(File.Exists) ?? resolver.FindFile(new CheckpointReference(ModelOptions.PublishedVocabulary));

    /// <summary>The file that was asked for, one in the working folder, or the published one; null where that is to be downloaded with the model.</summary>
    /// <param name="host">The host, whose folder is searched.</param>
    /// <param name="asked">A path; null to search.</param>
    /// <param name="resolver">Knows what was downloaded and whether it can be.</param>
    /// <exception cref="CommandException">The asked file is not there.</exception>
    /// <exception cref="CheckpointException">None was found and it cannot be downloaded; the message says where to put it.</exception>
    public static string? Find(CommandHost host, string? asked, CheckpointResolver resolver)
    {
        if (asked is not null)
        {
            return File.Exists(host.PathOf(asked)) ? host.PathOf(asked) : throw new CommandException($"there is no vocabulary '{asked}' (looked for {host.PathOf(asked)}).");
        }

        var published = new CheckpointReference(ModelOptions.PublishedVocabulary);
        return FindHere(host, resolver) ?? (resolver.FindFault(published) is { } fault ? throw Missing(host, new CheckpointException(published.Name, fault)) : null);
    }

    /// <summary>The error that says where to put the vocabulary.</summary>
    /// <param name="host">The host, whose folder is searched.</param>
    /// <param name="error">Why it cannot be had.</param>
    public static CheckpointException Missing(CommandHost host, CheckpointException error) => new(
        Name,
        $"the vocabulary of bert-base-uncased is needed to read texts. Put it into {host.Folder} as {Name}, or name it: --vocabulary FILE, in train and test model.vocabulary=FILE. ({(error.InnerException as CheckpointException ?? error).Message})",
        error);
}
