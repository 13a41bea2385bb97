using System.Globalization;

namespace House;

/// <summary>Prints measures as a table and checks them against the limits.</summary>
internal sealed class Report(TextWriter output, string root)
{
    private const int LongMethod = 40;

    public void Write(IReadOnlyList<Library> libraries)
    {
        Line($"{"project",-22} {"files",6} {"lines",7} {"file lines",14} {"short",6} {"methods",8} {"method lines",13} {"public types",13} {"surface",8} {"documented",11}");
        Line($"{"",-22} {"",6} {"",7} {"med/p90/max",14} {"files",6} {"",8} {"med/p90/max",13} {"top+nested",13} {"lines",8}");
        foreach (var library in libraries.Where(IsCounted))
        {
            Write(library);
        }

        Write(Counted(libraries));
        Line($"");
        foreach (var library in libraries.Where(library => !IsCounted(library)))
        {
            Write(library);
        }

        Write(Library.Sum("all of src", [.. libraries]));
    }

    public void WriteLists(IReadOnlyList<Library> libraries)
    {
        var all = Library.Sum("", [.. libraries]);
        Line($"\nFiles under {Limits.ShortFile} code lines:");
        foreach (var file in all.ShortFiles)
        {
            Line($"{file.CodeLines,4}  {Path.GetRelativePath(root, file.Path)}");
        }

        Line($"\nMethods over {LongMethod} lines:");
        foreach (var method in all.Methods.Where(method => method.Lines > LongMethod).OrderByDescending(method => method.Lines))
        {
            Line($"{method.Lines,4}  {Path.GetRelativePath(root, method.File)}:{method.Line} {method.Name}");
        }
    }

    /// <returns>Whether every limit is kept.</returns>
    public bool WriteLimits(IReadOnlyList<Library> libraries)
    {
        var all = Library.Sum("", [.. libraries]);
        var methods = all.Methods.Select(method => method.Lines);
        Line($"");
        bool[] kept =
        [
            Limit("median lines of a file", Quantile(all.Files.Select(file => file.Lines), 0.5), Limits.FileMedian),
            Limit($"files under {Limits.ShortFile} code lines", all.ShortFiles.Count(), Limits.ShortFiles),
            Limit("median lines of a method", Quantile(methods, 0.5), Limits.MethodMedian),
            Limit("90th percentile of a method", Quantile(methods, 0.9), Limits.MethodP90),
            Limit($"public types ({Limits.Counted.Length} libraries)", Counted(libraries).PublicTypes, Limits.PublicTypes),
        ];
        return kept.All(isKept => isKept);
    }

    private static bool IsCounted(Library library) => Limits.Counted.Contains(library.Name);

    private static Library Counted(IReadOnlyList<Library> libraries) => Library.Sum("sum of these", [.. libraries.Where(IsCounted)]);

    private void Write(Library library)
    {
        var types = $"{library.PublicTypes}+{library.NestedPublicTypes}";
        var files = Spread(library.Files.Select(file => file.Lines));
        var methods = Spread(library.Methods.Select(method => method.Lines));
        Line($"{library.Name,-22} {library.Files.Count,6} {library.Files.Sum(file => file.Lines),7} {files,14} {library.ShortFiles.Count(),6} {library.Methods.Count,8} {methods,13} {types,13} {library.SurfaceLines,8} {library.Documented,9:F1} %");
    }

    private bool Limit(string what, double value, double limit)
    {
        Line($"{(value <= limit ? "ok  " : "OVER")}  {what,-32} {value,7:0.#}  (at most {limit:0.#})");
        return value <= limit;
    }

    private static string Spread(IEnumerable<int> values)
    {
        int[] known = [.. values];
        return string.Create(CultureInfo.InvariantCulture, $"{Quantile(known, 0.5):0.#}/{Quantile(known, 0.9):0.#}/{known.DefaultIfEmpty().Max()}");
    }

    /// <summary>Interpolated linearly between the two nearest values.</summary>
    private static double Quantile(IEnumerable<int> values, double share)
    {
        int[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            return 0;
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
