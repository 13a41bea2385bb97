using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using CoVR.TestSupport;

namespace CoVR.AspNetCore.Tests;

/// <summary>The programs of the documentation.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Programs_OfTheApiPage_Compile() => Assert.Empty(DocumentedCode.ErrorsOf("docs/http-api.md"));

    [Fact]
    public void Programs_OfTheServingPage_Compile() => Assert.Empty(DocumentedCode.ErrorsOf("docs/serving.md"));

    [Fact]
    public void Limits_OfTheServingPage_AreTheDefaults()
    {
        var rows = File.ReadAllLines(Path.Combine(TestFolders.Repository, "docs/serving.md")).SkipWhile(line => !line.StartsWith("| option", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'));
        var told = rows.Select(row => row.Split('|', StringSplitOptions.TrimEntries)).SelectMany(cells => cells[1].Split(", ").Zip(cells[2].Split(", "))).ToDictionary(pair => pair.First.Trim('`'), pair => pair.Second);

        var limits = typeof(CoVRWebOptions).GetProperties().Where(option => option.GetCustomAttribute<RangeAttribute>() is not null).ToDictionary(option => option.Name, option => Told(option.Name, option.GetValue(new CoVRWebOptions())!));

        Assert.Equal(limits.Keys.Order(), told.Keys.Order());
        Assert.All(told, limit => Assert.StartsWith(limits[limit.Key], limit.Value, StringComparison.Ordinal));
    }

    private static string Told(string name, object value) => value switch
    {
        TimeSpan { TotalMinutes: 1 } => "1 minute",
        TimeSpan time => $"{time.TotalMinutes} minutes",
        int places when name == nameof(CoVRWebOptions.ConcurrentSearches) && places == Environment.ProcessorCount => "the number of processors",
        int places when name == nameof(CoVRWebOptions.WaitingSearches) && places == 2 * Environment.ProcessorCount => "and twice that",
        >= 1 << 20 and int or long when Convert.ToInt64(value, CultureInfo.InvariantCulture) is var bytes && bytes % (1 << 20) == 0 => $"{bytes >> 20} MiB",
        int number when number % 1_000_000 == 0 => $"{number / 1_000_000} million",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
    };
}
