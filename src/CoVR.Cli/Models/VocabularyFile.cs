using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Modeling;

namespace CoVR.Cli.Models;

/// <summary>The vocabulary of bert-base-uncased, which the published models read texts with: 30,522 lines, one token each.</summary>
internal static class VocabularyFile
{
    /// <summary>Where it is looked for in the working folder.</summary>
    public static IReadOnlyList<string> Places { get; } = ["vocab.txt", Path.Combine("models", "bert-base-uncased", "vocab.txt"), "bert-base-uncased-vocab.txt"];

    /// <summary>One in the working folder, or the published one where it was downloaded already; null where it is yet to be.</summary>
    /// <param name="host">The host, whose folder is searched.</param>
    /// <param name="resolver">Knows what was downloaded.</param>
    public static string? FindHere(CommandHost host, CheckpointResolver resolver) =>
        Places.Select(host.PathOf).FirstOrDefault(File.Exists) ?? resolver.FindFile(new CheckpointReference(ComposedModelOptions.PublishedVocabulary));

    /// <summary>The file that was asked for, one in the working folder, or the published one, which is downloaded once and kept.</summary>
    /// <param name="host">The host, whose folder is searched.</param>
    /// <param name="asked">A path; null to search.</param>
    /// <param name="resolver">Downloads and keeps.</param>
    /// <exception cref="CommandException">The asked file is not there.</exception>
    /// <exception cref="CheckpointException">None was found and it cannot be downloaded; the message says where to put it.</exception>
    public static string Find(CommandHost host, string? asked, CheckpointResolver resolver)
    {
        if (asked is not null)
        {
            return File.Exists(host.PathOf(asked)) ? host.PathOf(asked) : throw new CommandException($"there is no vocabulary '{asked}' (looked for {host.PathOf(asked)}).");
        }

        try
        {
            return FindHere(host, resolver) ?? resolver.Resolve(new CheckpointReference(ComposedModelOptions.PublishedVocabulary)).Path;
        }
        catch (CheckpointException error)
        {
            throw new CheckpointException("vocab.txt", $"the vocabulary of bert-base-uncased is needed to read texts. Put it into {host.Folder} as vocab.txt, or name it: --vocabulary FILE, in train and test model.vocabulary=FILE. ({error.Message})", error);
        }
    }
}
