using System.Security.Cryptography;
using System.Text;
using CoVR.Cli.Commands.Embed;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;

namespace CoVR.Cli.Commands.Search;

/// <summary>Where the embeddings of a user's folders are kept.</summary>
internal static class FolderStores
{
    /// <summary>The first part of the identities of a folder's items in a store that may serve several.</summary>
    public static string ScopeOf(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(folder);
        return $"{Path.GetFileName(path)}-{System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..8]}";
    }

    /// <summary>The default store of one folder: beside it, so that nothing is written into it; one for each model, which are not compatible.</summary>
    public static string Beside(string folder, IModelChoice model) => Path.Combine(Path.TrimEndingDirectorySeparator(folder) + ".covr", NameOf(model));

    /// <summary>The default store of several folders: in the user's folder for local data.</summary>
    public static string Shared(IModelChoice model) =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "covr", "folders", NameOf(model));

    /// <summary>Makes the folder of a store: better reported before the model is loaded.</summary>
    /// <exception cref="CommandException">It cannot be made.</exception>
    public static void RequirePlace(CommandHost host, Sink store)
    {
        if (store.Database is not null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(store.Folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the embeddings cannot be saved in {store.Shown(host)}: {fault.Message} --store FOLDER saves them elsewhere.");
        }
    }

    private static string NameOf(IModelChoice model) =>
        string.Concat(model.Title.Replace(" with ", "_", StringComparison.Ordinal).Select(letter => char.IsLetterOrDigit(letter) || "-_+.".Contains(letter, StringComparison.Ordinal) ? letter : '-'));
}
