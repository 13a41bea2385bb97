using CoVR.Reproduction.Configuration;

namespace CoVR.Reproduction.Tests.Configuration;

/// <summary>Sections that are read into records.</summary>
public sealed class BindTests
{
    private const string Full = "+s={on_off: true, whole_count: 3, big_count: 5000000000, rate: 2, label: 7, maybe: 4, cut: .5, part: middle_part, other: first, mode: beta, rates: [1, .5], labels: [x, 1]}";

    private enum Part
    {
        First,
        MiddlePart,
    }

    [Fact]
    public void Bind_EveryType_IsRead()
    {
        var bound = Bind<Everything>(Full);

        Assert.Equal((true, 3, 5_000_000_000, 2.0, "7"), (bound.OnOff, bound.WholeCount, bound.BigCount, bound.Rate, bound.Label));
        Assert.Equal((4, 0.5, Part.MiddlePart, Part.First, 20), (bound.Maybe, bound.Cut, bound.Part, bound.Other, bound.Mode));
        Assert.Equal([1.0, 0.5], bound.Rates!);
        Assert.Equal(["x", "1"], bound.Labels!);
    }

    [Theory]
    [InlineData("+s={unknown: 1}")]
    [InlineData("+s={on_off: null, whole_count: null, big_count: null, rate: null, label: null, maybe: null, part: null, other: null, mode: null, rates: null}")]
    [InlineData("+other=1")]
    [InlineData("+s=1")]
    public void Bind_MissingOrNullValue_HasTheDefault(string argument) => Assert.Equal(new Everything(), Bind<Everything>(argument));

    [Fact]
    public void Bind_EmptyPath_ReadsTheRoot() => Assert.Equal(5, Compose("seed=5").Bind<Root>("").Seed);

    [Fact]
    public void Bind_Reference_IsFollowed()
    {
        var bound = Compose("+s={label: 'x-${seed}', whole_count: '${.maybe}', maybe: '${seed}', rates: '${t.rates}'}", "+t={rates: ['${s.whole_count}']}").Bind<Everything>("s");

        Assert.Equal(("x-1234", 1234, 1234), (bound.Label, bound.WholeCount, bound.Maybe));
        Assert.Equal([1234.0], bound.Rates!);
    }

    [Fact]
    public void Bind_ReferenceOfAnotherValue_IsNotFollowed() => Assert.Equal(3, Bind<Everything>("+s={unread: '${nowhere}', whole_count: 3}").WholeCount);

    [Theory]
    [InlineData("+s={on_off: 1}", "'s.on_off' is '1', but must be True or False.")]
    [InlineData("+s={whole_count: 1.5}", "'s.whole_count' is '1.5', but must be a whole number.")]
    [InlineData("+s={whole_count: 5000000000}", "'s.whole_count' is '5000000000', but must be a whole number.")]
    [InlineData("+s={maybe: x}", "'s.maybe' is 'x', but must be a whole number.")]
    [InlineData("+s={rate: true}", "'s.rate' is 'True', but must be a number.")]
    [InlineData("+s={label: [x]}", "'s.label' must be one value.")]
    [InlineData("+s={rates: 1}", "'s.rates' is '1', but must be a list.")]
    [InlineData("+s={rates: {a: 1}}", "'s.rates' must be a list.")]
    [InlineData("+s={rates: [1, x]}", "'s.rates.1' is 'x', but must be a number.")]
    [InlineData("+s={rates: [1, null]}", "'s.rates.1' is null, but must be a value.")]
    [InlineData("+s={mode: alpa}", "'s.mode' is 'alpa'; known values are alpha, beta. Did you mean 'alpha'?")]
    [InlineData("+s={part: middle}", "'s.part' is 'middle'; known values are first, middle_part.")]
    [InlineData("+s={label: '${nowhere}'}", "'s.label' refers to 'nowhere', which does not exist.")]
    public void Bind_WrongValue_SaysWhatAndWhere(string argument, string part)
    {
        var error = Assert.Throws<ConfigurationException>(() => Bind<Everything>(argument));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains($"command line: {argument}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+s={other: 1}")]
    [InlineData("+s={needed: null}")]
    public void Bind_MissingRequiredValue_IsAskedFor(string argument) =>
        Assert.Contains("'s.needed' is required: s.needed=…", Assert.Throws<ConfigurationException>(() => Bind<Demanding>(argument)).Message, StringComparison.Ordinal);

    [Fact]
    public void Bind_UnsupportedType_IsRefused() => Assert.Throws<NotSupportedException>(() => Bind<Unsupported>("+s={when: now}"));

    private static T Bind<T>(string argument)
        where T : class => Compose(argument).Bind<T>("s");

    private static ComposedConfiguration Compose(params string[] arguments) =>
        new ConfigComposer(new ConfigLibrary(), new ConfigRuntime("/covr", _ => null)).Compose("train", arguments);

    private sealed record Everything(
        bool OnOff = true, int WholeCount = 7, long BigCount = 8, double Rate = 0.25, string Label = "none", int? Maybe = null, double? Cut = 1.5,
        Part Part = Part.First, Part? Other = null, int Mode = 10, IReadOnlyList<double>? Rates = null, IReadOnlyList<string>? Labels = null)
    {
        public static readonly Dictionary<string, int> ModeNames = new(StringComparer.Ordinal) { ["alpha"] = 10, ["beta"] = 20 };
    }

    private sealed record Demanding(string Needed);

    private sealed record Root(int Seed);

    private sealed record Unsupported(DateTimeOffset When);
}
