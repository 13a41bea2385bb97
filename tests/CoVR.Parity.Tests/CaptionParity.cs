using System.Text.Json;
using CoVR.Modeling.Text;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>Caption cleaning of the datasets and of LAVIS' caption processor.</summary>
public sealed class CaptionParity : IParityCheck
{
    // The prompt and the lengths of the processor case are part of the function's name in the manifest.
    private static readonly CaptionCleaner Processor = new(50);
    private static readonly CaptionCleaner ProcessorWithPrompt = new(5, "a photo of ");

    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => IsPreCaption(golden) || golden.Function.Contains("BlipCaptionProcessor", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        foreach (var entry in golden.OutputJson("cases").EnumerateArray())
        {
            var caption = entry.GetProperty("caption").GetString()!;
            if (IsPreCaption(golden))
            {
                var cleaner = new CaptionCleaner(entry.GetProperty("max_words").GetInt32());
                Assert.Equal(Text(entry, "pre_caption"), cleaner.Clean(caption));
            }
            else
            {
                Assert.Equal(Text(entry, "blip_caption"), Processor.Clean(caption));
                Assert.Equal(Text(entry, "blip_caption_prompt"), ProcessorWithPrompt.Clean(caption));
            }
        }
    }

    private static bool IsPreCaption(GoldenCase golden) =>
        golden.Group == "data" && golden.Function.EndsWith("pre_caption", StringComparison.Ordinal);

    private static string? Text(JsonElement entry, string name) => entry.GetProperty(name).GetString();
}
