using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.TestData;

/// <summary>Writes data sets of a few pictures in the layouts of the benchmarks.</summary>
public static class TinyLayouts
{
    public static readonly string[] Edits = ["make it red", "a blue square instead", "Smaller, on the left!", "the circle moves left", "red on blue"];

    /// <summary>CIRR: 9 pictures a split, 5 queries of which each has an <c>img_set</c> of 4.</summary>
    public static CirrOptions Cirr(string folder)
    {
        var options = new CirrOptions();
        foreach (var (split, name, annotations) in new[] { (DatasetSplit.Train, "train", "train"), (DatasetSplit.Validation, "dev", "val"), (DatasetSplit.Test, "test1", "test1") })
        {
            string[] names = [.. Enumerable.Range(0, 9).Select(i => $"{name}-{i * 7 % 9}-img{i}")];
            for (var i = 0; i < names.Length; i++)
            {
                TinyPictures.Write(Path.Combine([folder, "images", name, .. split == DatasetSplit.Train ? [$"{i % 3}"] : Array.Empty<string>(), names[i] + ".png"]), i + (100 * (int)split));
            }

            var entries = Enumerable.Range(0, 5).Select(i => new Dictionary<string, object?>
            {
                ["pairid"] = 40 - (3 * i),
                ["reference"] = names[i],
                ["caption"] = Edits[i],
                ["target_hard"] = split == DatasetSplit.Test ? null : names[i + 2],
                ["target_soft"] = split == DatasetSplit.Test ? null : new Dictionary<string, double> { [names[i + 2]] = 1, [names[i + 3]] = 0.5, [names[i + 1]] = -1 },
                ["img_set"] = new { id = i, members = new[] { names[i], names[i + 1], names[i + 2], names[i + 3] } },
            }.Where(pair => pair.Value is not null).ToDictionary());
            var file = Write(Path.Combine(folder, $"cap.rc2.{annotations}.json"), entries);
            options.AddSplit(split, file, Path.Combine(folder, "images", name));
        }

        return options;
    }

    /// <summary>FashionIQ: 8 pictures and 4 queries for each category.</summary>
    public static FashionIQOptions FashionIQ(string folder, string category = "dress")
    {
        foreach (var (place, name) in FashionIQOptions.Categories.Index())
        {
            string[] names = [.. Enumerable.Range(0, 8).Select(i => $"B{i * 5 % 8}{name[0]}")];
            for (var i = 0; i < names.Length; i++)
            {
                TinyPictures.Write(Path.Combine(folder, "images", names[i] + ".png"), i + (20 * place));
            }

            foreach (var split in new[] { "train", "val" })
            {
                var first = split == "val" ? 0 : 3;
                Write(
                    Path.Combine(folder, $"cap.{name}.{split}.json"),
                    Enumerable.Range(first, 4).Select(i => new { target = names[i + 1], candidate = names[i], captions = new[] { Edits[i % 5], Edits[(i + 1) % 5] } }));
                Write(Path.Combine(folder, $"split.{name}.{split}.json"), names.Append(names[2]));
            }
        }

        return new FashionIQOptions().AddFolder(folder, Path.Combine(folder, "images"), category);
    }

    /// <summary>CIRCO: 10 pictures, 4 queries for each split, of which the validation's have up to 3 right answers.</summary>
    public static CircoOptions Circo(string folder)
    {
        long[] numbers = [271520, 8, 355099, 13, 528417, 534704, 9001, 77, 400000, 5];
        for (var i = 0; i < numbers.Length; i++)
        {
            TinyPictures.Write(Path.Combine(folder, "COCO2017_unlabeled", "unlabeled2017", $"{numbers[i]:D12}.jpg"), i);
        }

        Write(
            Path.Combine(folder, "COCO2017_unlabeled", "annotations", "image_info_unlabeled2017.json"),
            new { info = new { year = 2017 }, images = numbers.Select(id => new { file_name = $"{id:D12}.jpg", height = 24, width = 24, id }) });
        Write(Path.Combine(folder, "annotations", "test.json"), Enumerable.Range(0, 4).Select(i => new { reference_img_id = numbers[i], relative_caption = Edits[i], shared_concept = "a shape", id = i }));
        Write(
            Path.Combine(folder, "annotations", "val.json"),
            Enumerable.Range(0, 4).Select(i => new
            {
                reference_img_id = numbers[i],
                target_img_id = numbers[i + 1],
                relative_caption = Edits[i],
                shared_concept = "a shape",
                gt_img_ids = Enumerable.Range(i + 1, (i % 3) + 1).Select(place => numbers[place]),
                id = i,
            }));
        return new CircoOptions().AddFolder(folder);
    }

    /// <summary>CC-CoIR: 6 pictures, PNG and JPEG, 5 rows, one of which has a list of edits; all splits alike but for the test split, which has each target once.</summary>
    public static WebVidCoVROptions CcCoIR(string folder)
    {
        string[] names = [.. Enumerable.Range(0, 6).Select(i => $"0000{i % 2}/0000{i % 2}00{5 - i}")];
        for (var i = 0; i < names.Length; i++)
        {
            TinyPictures.Write(Path.Combine(folder, "pictures", names[i] + (i % 2 == 0 ? ".jpg" : ".png")), i);
        }

        string[] rows =
        [
            "pth1,pth2,txt1,txt2,edit",
            $"{names[0]},{names[1]},a red circle,a blue circle,make it blue",
            $"{names[2]},{names[3]},a square,a circle,\"['change to a circle', \"\"a circle, on the left\"\"]\"",
            $"{names[1]},{names[4]},a circle,a red square,square",
            $"{names[4]},{names[5]},a square,a smaller square,smaller",
        ];
        File.WriteAllLines(Path.Combine(folder, "test.csv"), rows);
        File.WriteAllLines(Path.Combine(folder, "train.csv"), [.. rows, $"{names[5]},{names[1]},a square,a blue circle,a blue circle"]);
        var pictures = Path.Combine(folder, "pictures");
        return WebVidCoVROptions.CcCoIR()
            .AddSplit(DatasetSplit.Train, Path.Combine(folder, "train.csv"), pictures)
            .AddSplit(DatasetSplit.Validation, Path.Combine(folder, "train.csv"), pictures)
            .AddSplit(DatasetSplit.Test, Path.Combine(folder, "test.csv"), pictures);
    }

    public static string Write(string path, object content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(content));
        return path;
    }
}
