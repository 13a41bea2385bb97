using System.ComponentModel;
using System.Diagnostics;
using CoVR.Cli.Hosting;

namespace CoVR.Cli.Commands.Serve;

/// <summary>The desktop of the person at this machine.</summary>
internal static class Desktop
{
    /// <summary>Opens a page in the browser.</summary>
    /// <returns>False where there is none.</returns>
    public static bool TryOpen(string address) => TryStart(new ProcessStartInfo(address) { UseShellExecute = true });

    /// <summary>Shows an item in the file manager.</summary>
    /// <exception cref="CommandException">The item has no file, or there is no file manager.</exception>
    public static ValueTask ShowAsync(GalleryItem item, CancellationToken cancellationToken)
    {
        var path = item.Properties.Source is { } source && File.Exists(source) ? source : throw new CommandException($"the file of {item.Id} is gone.");
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("explorer.exe", $"/select,\"{path}\"")
            : OperatingSystem.IsMacOS() ? new ProcessStartInfo("open", ["-R", path])
            : new ProcessStartInfo("xdg-open", [Path.GetDirectoryName(path)!]);
        return TryStart(start) ? ValueTask.CompletedTask : throw new CommandException($"there is no file manager: {start.FileName} cannot be started.");
    }

    private static bool TryStart(ProcessStartInfo start)
    {
        try
        {
            Process.Start(start)?.Dispose();
            return true;
        }
        catch (Exception fault) when (fault is Win32Exception or FileNotFoundException)
        {
            return false;
        }
    }
}
