using System.Text.Json;
using CoVR.Conformance.Parity;
using static TorchSharp.torch;

namespace CoVR.TestSupport;

/// <summary>One case of the fixtures: its configuration, files and tolerance.</summary>
public sealed class GoldenCase
{
    private readonly string _root;
    private readonly JsonElement _element;

    /// <summary>Wraps an entry of the manifest.</summary>
    /// <param name="root">The folder of the manifest.</param>
    /// <param name="element">The entry.</param>
    public GoldenCase(string root, JsonElement element) => (_root, _element) = (root, element);

    /// <summary>For example <c>blip_cir/query_val</c>.</summary>
    public string Id => _element.GetProperty("id").GetString()!;

    /// <summary>The folder part of <see cref="Id"/>, for example <c>blip_cir</c>.</summary>
    public string Group => Id.Split('/')[0];

    /// <summary>What of the reference was called.</summary>
    public string Function => Text("function");

    /// <summary>For example <c>eval</c>, <c>train</c>, <c>exact</c>.</summary>
    public string Mode => Text("mode");

    /// <summary>Remarks of the fixture's author.</summary>
    public string Notes => Text("notes");

    /// <summary>All arguments.</summary>
    public JsonElement Config => _element.GetProperty("config");

    /// <summary>Allowed absolute difference.</summary>
    public double AbsoluteTolerance => Tolerance("abs");

    /// <summary>Allowed relative difference.</summary>
    public double RelativeTolerance => Tolerance("rel");

    /// <summary>Allowed difference of 8-bit values, in grey levels.</summary>
    public int ByteTolerance => (int)Tolerance("uint8_abs");

    /// <summary>The names of the inputs.</summary>
    public IEnumerable<string> InputNames => Names("inputs");

    /// <summary>The names of the outputs.</summary>
    public IEnumerable<string> OutputNames => Names("outputs");

    /// <summary>The path of a file named relative to the fixtures' root.</summary>
    /// <param name="relative">As a configuration names it.</param>
    public string PathOf(string relative) => Path.Combine(_root, relative);

    /// <summary>Whether there is an input of a name.</summary>
    /// <param name="name">Its name.</param>
    public bool HasInput(string name) => InputNames.Contains(name);

    /// <summary>Whether there is an output of a name.</summary>
    /// <param name="name">Its name.</param>
    public bool HasOutput(string name) => OutputNames.Contains(name);

    /// <summary>The path of an input.</summary>
    /// <param name="name">Its name.</param>
    public string InputPath(string name) => Find("inputs", name);

    /// <summary>The path of an output.</summary>
    /// <param name="name">Its name.</param>
    public string OutputPath(string name) => Find("outputs", name);

    /// <summary>A property of an input's entry in the manifest, for example <c>target</c>.</summary>
    /// <param name="name">The input's name.</param>
    /// <param name="property">The property's name.</param>
    public string InputProperty(string name, string property) =>
        _element.GetProperty("inputs").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name).GetProperty(property).GetString()!;

    /// <summary>An input array.</summary>
    /// <param name="name">Its name.</param>
    public NpyArray Input(string name) => NpyArray.Read(InputPath(name));

    /// <summary>An expected array.</summary>
    /// <param name="name">Its name.</param>
    public NpyArray Output(string name) => NpyArray.Read(OutputPath(name));

    /// <summary>An input of JSON.</summary>
    /// <param name="name">Its name.</param>
    public JsonElement InputJson(string name) => JsonDocument.Parse(File.ReadAllBytes(InputPath(name))).RootElement;

    /// <summary>An expected JSON value.</summary>
    /// <param name="name">Its name.</param>
    public JsonElement OutputJson(string name) => JsonDocument.Parse(File.ReadAllBytes(OutputPath(name))).RootElement;

    /// <summary>An input array as a tensor of its own type and shape.</summary>
    /// <param name="name">Its name.</param>
    public Tensor InputTensor(string name) => Input(name).ToTensor();

    /// <summary>An expected array as a tensor of its own type and shape.</summary>
    /// <param name="name">Its name.</param>
    public Tensor OutputTensor(string name) => Output(name).ToTensor();

    /// <inheritdoc/>
    public override string ToString() => Id;

    private string Text(string property) => _element.TryGetProperty(property, out var value) ? value.GetString() ?? "" : "";

    private double Tolerance(string name) =>
        _element.GetProperty("tolerance").TryGetProperty(name, out var value) ? value.GetDouble() : 0;

    private IEnumerable<string> Names(string list) => _element.GetProperty(list).EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!);

    private string Find(string list, string name)
    {
        foreach (var entry in _element.GetProperty(list).EnumerateArray())
        {
            if (entry.GetProperty("name").GetString() == name)
            {
                return PathOf(entry.GetProperty("file").GetString()!);
            }
        }

        throw new KeyNotFoundException($"Case {Id} has no {list} entry '{name}'; it has: {string.Join(", ", Names(list))}.");
    }
}
