using System.Globalization;
using System.Numerics;
using CoVR.Reproduction.Configuration;

namespace CoVR.Reproduction.Tests.Configuration;

/// <summary>What YAML means to PyYAML 6.0 and OmegaConf 2.2, which computed the values.</summary>
public sealed class YamlTreeTests
{
    [Theory]
    [InlineData("yes", "true")]
    [InlineData("On", "true")]
    [InlineData("OFF", "false")]
    [InlineData("y", "\"y\"")]
    [InlineData("tRue", "\"tRue\"")]
    [InlineData("'yes'", "\"yes\"")]
    [InlineData("010", "8")]
    [InlineData("-010", "-8")]
    [InlineData("0_10", "8")]
    [InlineData("00", "0")]
    [InlineData("08", "\"08\"")]
    [InlineData("0o17", "\"0o17\"")]
    [InlineData("0x1F", "31")]
    [InlineData("-0x1F", "-31")]
    [InlineData("0X1F", "\"0X1F\"")]
    [InlineData("0b11", "3")]
    [InlineData("0b1_1", "3")]
    [InlineData("0b2", "\"0b2\"")]
    [InlineData("1:30", "90")]
    [InlineData("-1:30", "-90")]
    [InlineData("1:30:15", "5415")]
    [InlineData("01:30", "\"01:30\"")]
    [InlineData("10:60", "\"10:60\"")]
    [InlineData("190:20:30", "685230")]
    [InlineData("1:30.5", "90.5")]
    [InlineData("-190:20:30.15", "-685230.15")]
    [InlineData("2024-01-02", "\"2024-01-02\"")]
    [InlineData("1e-4", "0.0001")]
    [InlineData("1E5", "100000.0")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5", "\"-.5\"")]
    [InlineData(".5e3", "\".5e3\"")]
    [InlineData(".5e+3", "500.0")]
    [InlineData("1.", "1.0")]
    [InlineData("1_000", "1000")]
    [InlineData("1_000.5", "1000.5")]
    [InlineData("1_0e1_0", "\"1_0e1_0\"")]
    [InlineData("+1", "1")]
    [InlineData("NaN", "\"NaN\"")]
    [InlineData(".nan", "NaN")]
    [InlineData("-.inf", "-Infinity")]
    [InlineData("~", "null")]
    [InlineData("nULL", "\"nULL\"")]
    [InlineData("99999999999999999999", "99999999999999999999")]
    [InlineData("0x7FFFFFFFFFFFFFFFFF", "2361183241434822606847")]
    [InlineData("1:60", "\"1:60\"")]
    [InlineData("!!str 010", "\"010\"")]
    [InlineData("!!int '010'", "8")]
    [InlineData("!!float 3", "3.0")]
    [InlineData("!!bool 'no'", "false")]
    [InlineData("!!null ''", "null")]
    public void Read_Scalar_HasPyYamlsTypeAndTheSameWhenItIsSaved(string text, string expected)
    {
        var tree = YamlTree.Read($"a: {text}\nlist: [{text}]\n", "x.yaml");

        Assert.Equal($"{{\"a\": {expected}, \"list\": [{expected}]}}", ConfigJson.Line(tree));
        Assert.Equal(ConfigJson.Line(tree), ConfigJson.Line(YamlTree.Read(ConfigYaml.Document(tree), "y.yaml")));
    }

    [Theory]
    [InlineData("010")]
    [InlineData("1:30")]
    [InlineData("0b11")]
    [InlineData("2024-01-02")]
    [InlineData("<<")]
    [InlineData("=")]
    [InlineData("a\rb")]
    [InlineData("a\u0085b\u2028c\u0001")]
    [InlineData("\\ \" 😀")]
    public void Document_OfAText_IsReadAsThatText(string text)
    {
        var map = new ConfigMap(new ConfigOrigin("x"));
        map.Entries[text] = new ConfigScalar(text, map.Origin);
        map.Entries["list"] = new ConfigList([new ConfigScalar(text, map.Origin), map.Copy()], map.Origin);

        var yaml = ConfigYaml.Document(map);

        Assert.Equal(ConfigJson.Line(map), ConfigJson.Line(YamlTree.Read(yaml, "y.yaml")));
        Assert.StartsWith("\"", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Document_OfASmallNumber_IsANumberForPyYamlToo() =>
        Assert.Equal("a: 1.0e-05\nb: 1.5e-07\n", ConfigYaml.Document(YamlTree.Read("a: 1e-5\nb: 1.5e-7\n", "x.yaml")));

    [Theory]
    [InlineData("base: &b\n  x: 1\n  z: 2\nmore:\n  <<: *b\n  z: 3\n", """{"x": 1, "z": 3}""")]
    [InlineData("base: &b {x: 1, z: 2}\nmore:\n  y: 0\n  <<: *b\n", """{"x": 1, "z": 2, "y": 0}""")]
    [InlineData("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nmore:\n  <<: [*a, *b]\n", """{"y": 1, "z": 2, "x": 1}""")]
    [InlineData("a: &a {x: 1}\nb: &b\n  <<: *a\n  y: 2\nmore:\n  <<: *b\n  z: 3\n", """{"x": 1, "y": 2, "z": 3}""")]
    [InlineData("more:\n  <<: {x: 1}\n", """{"x": 1}""")]
    [InlineData("more:\n  '<<': {x: 1}\n", """{"<<": {"x": 1}}""")]
    [InlineData("a: &a {x: {y: 1}}\nmore: {<<: *a, x: {z: 2}}\n", """{"x": {"z": 2}}""")]
    public void Read_MergeKey_TakesTheValuesOver(string text, string expected) =>
        Assert.Equal(expected, ConfigJson.Line(YamlTree.Read(text, "x.yaml").Entries["more"]));

    [Theory]
    [InlineData("- a\n- b\n", "x.yaml:1: a configuration file must hold names and values")]
    [InlineData("just text\n", "x.yaml:1: a configuration file must hold names and values")]
    [InlineData("a: 1\n---\nb: 2\n", "x.yaml:3: a second document begins here")]
    [InlineData("a: 1\na: 2\n", "Duplicate key")]
    [InlineData("a:\n  <<: 5\n", "needs a map or a list of maps")]
    [InlineData("a: &a [*a]\n", "x.yaml:1: ")]
    [InlineData("a: !!python/object:os.system x\n", "cannot be read")]
    [InlineData("a: !!set {x, y}\n", "is not known")]
    [InlineData("a: !!int x\n", "cannot be read")]
    [InlineData("? [a, b]\n: 1\n", "must be plain text")]
    [InlineData("...\n\\", "x.yaml: this is not valid YAML")]
    [InlineData("? {\n\\", "x.yaml: this is not valid YAML")]
    [InlineData(" : }", "x.yaml: this is not valid YAML")]
    [InlineData("!!]", "x.yaml: this is not valid YAML")]
    public void Read_SomethingElse_SaysWhatAndWhere(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => YamlTree.Read(text, "x.yaml")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a:\n\tb: 1\n", 2)]
    [InlineData("a:\n  - 1\n\t- 2\n", 3)]
    [InlineData("a:\tb\n", 1)]
    [InlineData("a: b\tc\n", 1)]
    [InlineData("a: 1\t\n", 1)]
    [InlineData("a: b\t# c\n", 1)]
    [InlineData("# c\n\t# d\na: 1\n", 2)]
    [InlineData("a: [1,\t2]\n", 1)]
    [InlineData("a: |\t\n  x\n", 1)]
    [InlineData("a: |\n  x\n\tb: 1\n", 3)]
    [InlineData("a: |\n\tx\n", 2)]
    [InlineData("a: 1\n\t\n", 2)]
    [InlineData("---\t\na: 'x\ty'\n", 1)]
    public void Read_TabBetweenValues_IsRefusedWithItsLine(string text, int line) =>
        Assert.StartsWith($"x.yaml:{line}: ", Assert.Throws<ConfigurationException>(() => YamlTree.Read(text, "x.yaml")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a: b # x\ty\n", "b")]
    [InlineData("a: 'x\ty'\n", "x\\ty")]
    [InlineData("a: \"x\n\ty\"\n", "x y")]
    [InlineData("a: |\n  x\ty\n", "x\\ty\\n")]
    [InlineData("a: |  # c\td\n  x\n  \t\n  y\n# c\td\n", "x\\n\\t\\ny\\n")]
    [InlineData("a: >\n    \tx\n", "\\tx\\n")]
    public void Read_TabInsideAValueOrComment_IsKept(string text, string expected) =>
        Assert.Equal($"{{\"a\": \"{expected}\"}}", ConfigJson.Line(YamlTree.Read(text, "x.yaml")));

    [Fact]
    public void Read_WholeNumber_IsALongWhereItFits()
    {
        var tree = YamlTree.Read("a: 010\nb: 99999999999999999999\n", "x.yaml");

        Assert.Equal([8L, BigInteger.Parse("99999999999999999999", CultureInfo.InvariantCulture)], tree.Entries.Values.Select(node => node.ToValue()));
    }

    [Fact]
    public void Read_DocumentStart_IsNoSecondDocument() => Assert.Equal("{\"a\": 1}", ConfigJson.Line(YamlTree.Read("# note\n---\na: 1\n...\n", "x.yaml")));

    [Fact]
    public void Read_HostileNesting_IsRefused()
    {
        var aliases = string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Assert.Contains("nested more than", Assert.Throws<ConfigurationException>(() => YamlTree.Read("a: " + new string('[', 50000), "x.yaml")).Message, StringComparison.Ordinal);
        Assert.Contains("has more than", Assert.Throws<ConfigurationException>(() => YamlTree.Read("a0: &a0 x\n" + aliases, "x.yaml")).Message, StringComparison.Ordinal);
    }
}
