using CoVR.Reproduction.Results;

namespace CoVR.Reproduction.Tests.Results;

public sealed class PythonJsonTests
{
    [Fact]
    public void Write_OfEveryKind_IsWhatPythonWrites()
    {
        KeyValuePair<string, object>[] value =
        [
            new("a", 1.0),
            new("b", new[] { 1, 2 }),
            new("c", Array.Empty<string>()),
            new("d", Array.Empty<KeyValuePair<string, object>>()),
            new("é\"\\\n", "\u2028x"),
            new("f", new KeyValuePair<string, object>[] { new("g", new[] { "h" }) }),
            new("h", 1e-05),
            new("i", 0.1),
            new("j", 123456789.0),
            new("k", double.NaN),
        ];

        // json.dumps(..., indent=2) of CPython 3.
        Assert.Equal(
            "{\n  \"a\": 1.0,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": [],\n  \"d\": {},\n  \"\\u00e9\\\"\\\\\\n\": \"\\u2028x\",\n  \"f\": {\n    \"g\": [\n      \"h\"\n    ]\n  },\n  \"h\": 1e-05,\n  \"i\": 0.1,\n  \"j\": 123456789.0,\n  \"k\": NaN\n}",
            PythonJson.Write(value));
    }

    [Fact]
    public void Write_OfAnotherKind_IsRefused() => Assert.Throws<ArgumentException>(() => PythonJson.Write(new Version(1, 2)));
}
