using ImageMagick;
using ImageMagick.Configuration;

namespace CoVR.Media.Magick;

/// <summary>The security policy that restricts ImageMagick in this process.</summary>
internal static class MagickPolicy
{
    private const string Policy = """
        <policymap>
          <policy domain="delegate" rights="none" pattern="*"/>
          <policy domain="filter" rights="none" pattern="*"/>
          <policy domain="path" rights="none" pattern="@*"/>
          <policy domain="coder" rights="none" pattern="*"/>
          <policy domain="coder" rights="read | write" pattern="{HEIC,AVIF,TIFF,TIFF64,JP2,J2K,JPC,JXL}"/>
          <policy domain="resource" name="disk" value="0"/>
        </policymap>
        """;

    private static readonly Lazy<bool> Applied = new(() =>
    {
        var files = ConfigurationFiles.Default;
        files.Policy.Data = Policy;
        var folder = MagickNET.Initialize(files);
        try
        {
            // The policy is read with the first picture; the files are not needed after it.
            using var picture = new MagickImage([], new MagickReadSettings { Format = MagickFormat.Tiff });
        }
        catch (Exception error) when (error is MagickException or ArgumentException)
        {
        }

        Directory.Delete(folder, recursive: true);
        return true;
    });

    /// <summary>Applies the policy, once in a process.</summary>
    public static void Apply() => _ = Applied.Value;
}
