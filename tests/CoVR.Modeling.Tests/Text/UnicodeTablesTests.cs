using System.Diagnostics;
using System.Globalization;
using System.Text;
using CoVR.Modeling.Text;

namespace CoVR.Modeling.Tests.Text;

/// <summary>The tables against the host's own, and texts in processes with other settings.</summary>
public sealed class UnicodeTablesTests
{
    private const int FirstSupplementary = 0x10000, RefusedByNormalize = 0xFFFE;

    // Letters that got their other case after Unicode 14.
    private static readonly Range Later = 0xA7CB..0xA7E0;

    [Fact]
    public void Decompose_EveryCodePoint_IsNormalizationFormD()
    {
        // Beyond the first plane, a newer host decomposes letters that Unicode 14 did not have.
        Assert.DoesNotContain(
            CodePoints().Select(rune => (rune.Value, Own: Decomposed(rune.ToString()), Text: rune.ToString())),
            it => it.Own != it.Text.Normalize(NormalizationForm.FormD) && (it.Value < FirstSupplementary || it.Own != it.Text));
    }

    [Fact]
    public void Decompose_MarksInAnyOrder_AreOrderedAsInNormalizationFormD()
    {
        Rune[] marks = [.. CodePoints().Where(rune => rune.Value < FirstSupplementary && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)];
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var text = "a" + string.Concat(random.GetItems(marks, 5)) + "b";
            Assert.Equal(text.Normalize(NormalizationForm.FormD), Decomposed(text));
        }
    }

    [Fact]
    public void ToLower_EveryCodePointOfTheFirstPlane_IsTheHosts() =>
        Assert.DoesNotContain(
            CodePoints().Where(rune => rune.Value is not 0x130 && (rune.Value < Later.Start.Value || rune.Value >= Later.End.Value) && rune.Value < FirstSupplementary),
            rune => Rune.ToLowerInvariant(rune) != UnicodeTables.ToLower(rune));

    [Theory]
    [InlineData("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")]
    [InlineData("LC_ALL", "tr_TR.UTF-8")]
    [InlineData("LC_ALL", "de_DE.UTF-8")]
    [InlineData("LC_ALL", "C")]
    public async Task Tokenizer_UnderOtherSettings_GivesTheSameTokens(string variable, string value)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[variable] = value;
        string[] own = Path.GetFileNameWithoutExtension(start.FileName) == "dotnet" ? [typeof(UnicodeTablesTests).Assembly.Location] : [];
        foreach (var argument in own.Concat(["--filter-class", typeof(WordPieceTokenizerTests).FullName!, "--filter-class", typeof(CaptionCleanerTests).FullName!]))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output + await error);
    }

    private static IEnumerable<Rune> CodePoints() => Enumerable.Range(0, 0x110000).Where(value => Rune.IsValid(value) && value != RefusedByNormalize).Select(value => new Rune(value));

    private static string Decomposed(string text) => string.Concat(UnicodeTables.Decompose(text, new Range[text.Length]).Select(part => part.Rune));
}
