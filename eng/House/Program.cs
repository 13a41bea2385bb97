using House;

if (args is ["coverage", var reports])
{
    return Coverage.Write(Console.Out, reports) ? 0 : 1;
}

if (args is ["compare", var before, var after])
{
    return BenchmarkComparison.Write(Console.Out, before, after);
}

var lists = args.Contains("--files");
var root = Path.GetFullPath(args.FirstOrDefault(argument => argument != "--files") ?? Environment.CurrentDirectory);
var sources = Path.Combine(root, "src");
if (!Directory.Exists(sources))
{
    Console.Error.WriteLine($"error: no folder {sources}; name the repository");
    return 2;
}

Library[] libraries = [.. Directory.EnumerateDirectories(sources).Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any()).Order(StringComparer.Ordinal).Select(Library.Read)];
var report = new Report(Console.Out, root);
report.Write(libraries);
if (lists)
{
    report.WriteLists(libraries);
}

return report.WriteLimits(libraries) ? 0 : 1;
