using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets.Annotations;

namespace CoVR.Reproduction.Results;

/// <summary>Checks a submission file and collects every fault.</summary>
internal sealed class SubmissionCheck
{
    private readonly List<string> _faults = [];
    private readonly HashSet<string> _headers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly TripletDataset _dataset;

    private SubmissionCheck(TripletDataset dataset, JsonElement root)
    {
        _dataset = dataset;
        foreach (var property in root.EnumerateObject())
        {
            Require(_values.TryAdd(property.Name, property.Value), $"'{property.Name}' is there twice.");
        }
    }

    /// <summary>Every fault so far.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Reads a file.</summary>
    public static async Task<SubmissionCheck> OpenAsync(string path, TripletDataset dataset, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(await Task.Run(() => TextFile.Read(path), cancellationToken).ConfigureAwait(false));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new SubmissionCheck(dataset, document.RootElement.Clone())
                : throw new DatasetFormatException(path, 1, null, $"the file holds {Kind(document.RootElement)}, expected an object.");
        }
        catch (JsonException error)
        {
            throw new DatasetFormatException(path, error.LineNumber + 1, null, $"the file is no valid JSON ({error.Message})", error);
        }
        catch (InvalidOperationException error)
        {
            throw new DatasetFormatException(path, null, null, $"a key holds half of a surrogate pair ({error.Message})", error);
        }
    }

    /// <summary>A text, or null if it is anything else.</summary>
    public static string? ReadText(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    /// <summary>Requires a key with one of the given texts; returns it, or null.</summary>
    public string? RequireText(string key, params string[] allowed)
    {
        _headers.Add(key);
        if (!_values.TryGetValue(key, out var entry))
        {
            _faults.Add($"'{key}' is missing, expected {string.Join(" or ", allowed)}.");
            return null;
        }

        var text = ReadText(entry);
        Require(text is not null && allowed.Contains(text), $"'{key}' is '{text ?? entry.GetRawText()}', expected {string.Join(" or ", allowed)}.");
        return text;
    }

    /// <summary>Requires exactly one answer per query.</summary>
    /// <param name="read">Reads the identity of an item; null if it is not one.</param>
    /// <param name="count">How many items an answer must have.</param>
    /// <param name="allowed">The items that an answer may have.</param>
    /// <param name="place">The name of the allowed items, for messages.</param>
    public void RequireAnswers(Func<JsonElement, string?> read, Func<Triplet, int> count, Func<Triplet, IReadOnlySet<MediaId>> allowed, string place)
    {
        var known = _dataset.Triplets.Select(triplet => triplet.Id).ToHashSet(StringComparer.Ordinal);
        _faults.AddRange(_values.Keys.Where(key => !_headers.Contains(key) && !known.Contains(key)).Select(key => $"'{key}' is no query of {_dataset.Name} {_dataset.Split}."));
        foreach (var triplet in _dataset.Triplets)
        {
            if (!_values.TryGetValue(triplet.Id, out var entry))
            {
                _faults.Add($"Query {triplet.Id} has no answer.");
            }
            else if (entry.ValueKind != JsonValueKind.Array)
            {
                _faults.Add($"Query {triplet.Id}: the answer is {Kind(entry)}, expected a list.");
            }
            else
            {
                CheckAnswer(triplet, [.. entry.EnumerateArray().Select(item => (read(item), item.GetRawText()))], count(triplet), allowed(triplet), place);
            }
        }
    }

    private void CheckAnswer(Triplet triplet, IReadOnlyList<(string? Id, string Raw)> items, int count, IReadOnlySet<MediaId> allowed, string place)
    {
        Require(items.Count == count, $"Query {triplet.Id}: {items.Count} items, expected {count}.");
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var (id, raw) in items)
        {
            if (string.IsNullOrWhiteSpace(id))
            {
                _faults.Add($"Query {triplet.Id}: {raw} is no identity of a picture.");
                continue;
            }

            Require(seen.Add(id), $"Query {triplet.Id}: {id} is there twice.");
            Require(id != triplet.Reference.Value, $"Query {triplet.Id}: {id} is its own reference.");
            Require(id == triplet.Reference.Value || allowed.Contains(new MediaId(id)), $"Query {triplet.Id}: {id} is not in {place}.");
        }
    }

    private void Require(bool holds, string fault)
    {
        if (!holds)
        {
            _faults.Add(fault);
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
