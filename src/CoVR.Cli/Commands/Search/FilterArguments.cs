using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace CoVR.Cli.Commands.Search;

/// <summary>The options that narrow a search by what files say of themselves.</summary>
internal sealed class FilterArguments
{
    private readonly Option<DateTimeOffset?> _after = new("--taken-after") { Description = "Only what was taken at this time or later: 2024-06-01, 2024-06-01T18:00, with +02:00 or in UTC.", CustomParser = ReadTime };
    private readonly Option<DateTimeOffset?> _before = new("--taken-before") { Description = "Only what was taken before this time.", CustomParser = ReadTime };
    private readonly Option<string?> _camera = new("--camera") { Description = "Only what was taken with a camera whose make and model contain this text." };
    private readonly Option<bool> _located = new("--with-location") { Description = "Only what says where it was taken." };

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> Options => [_after, _before, _camera, _located];

    /// <summary>The filters that a command line asks for, all of which must pass.</summary>
    public IReadOnlyList<GalleryFilter> Read(ParseResult parsed)
    {
        var filters = new List<GalleryFilter>();
        if ((parsed.GetValue(_after), parsed.GetValue(_before)) is var (from, to) && (from ?? to) is not null)
        {
            filters.Add(new GalleryFilter.Taken(from, to));
        }

        if (parsed.GetValue(_camera) is { } camera)
        {
            filters.Add(new GalleryFilter.FromCamera(camera));
        }

        if (parsed.GetValue(_located))
        {
            filters.Add(new GalleryFilter.WithLocation());
        }

        return filters;
    }

    private static DateTimeOffset? ReadTime(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        result.AddError($"'{text}' is not a time such as 2024-06-01 or 2024-06-01T18:00+02:00.");
        return null;
    }
}
