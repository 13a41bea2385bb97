using System.Text.Json;
using CoVR;
using CoVR.Data;

namespace CustomDataset;

/// <summary>Reads <c>triplets.jsonl</c>, one <c>{"reference": "a.png", "edit": "make it red", "target": "b.png"}</c> a line, with the pictures in <c>media</c> beside it.</summary>
/// <param name="files">The folder of both.</param>
internal sealed class ShopDataset(ShopFiles files) : ITripletDatasetReader
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string _file = Path.Combine(files.Folder, "triplets.jsonl");
    private readonly string _media = Path.Combine(files.Folder, "media");

    public string Name => "shop";

    public async ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        List<Triplet> triplets = [];
        await foreach (var line in File.ReadLinesAsync(_file, cancellationToken))
        {
            var row = Parse(line, triplets.Count + 1);
            triplets.Add(new Triplet($"{triplets.Count}", new MediaId(row.Reference), row.Edit, new MediaId(row.Target)));
        }

        // Every picture may be the answer, also those that no triplet names.
        MediaId[] candidates = [.. Directory.EnumerateFiles(_media).Select(file => new MediaId(Path.GetFileName(file))).Order()];
        return new TripletDataset(Name, split, triplets, candidates) { Source = _file };
    }

    public MediaSource Locate(MediaId id) => MediaSource.FromFile(Path.Combine(_media, id.Value));

    private Row Parse(string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<Row>(line, Json) is { Reference: not null, Edit: not null, Target: not null } row
                ? row
                : throw new DatasetFormatException(_file, number, null, "'reference', 'edit' and 'target' are needed.");
        }
        catch (JsonException cause)
        {
            throw new DatasetFormatException(_file, number, null, "not a JSON object.", cause);
        }
    }

    private sealed record Row(string Reference, string Edit, string Target);
}

/// <summary>Where the data set lies.</summary>
internal sealed record ShopFiles(string Folder);
