using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Construction;

namespace CoVR.Cli.Commands.Construct;

/// <summary>The arguments that become <see cref="ConstructionOptions"/>; their defaults are the library's.</summary>
internal sealed class ConstructArguments
{
    private readonly Argument<string[]> _inputs = new("inputs") { Description = "Captions: .csv, .tsv, .jsonl, .parquet, or folders with a .txt beside each file.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _media = new("--media") { Description = "The folder of the pictures or videos; captions without a file there are dropped." };
    private readonly Option<string> _work = new("--work") { Description = "The work file.", DefaultValueFactory = _ => "construction.duckdb" };
    private readonly Option<string> _output = new("--output") { Description = "The folder of the data set.", DefaultValueFactory = _ => "dataset" };
    private readonly Option<string> _name = new("--name") { Description = "The name of the data set.", DefaultValueFactory = _ => "constructed" };
    private readonly Option<string?> _caption = Column("caption");
    private readonly Option<string?> _id = Column("id");
    private readonly Option<string?> _path = Column("path");
    private readonly Option<bool> _several = Flag("--several-captions", "Keeps all captions of an item, not only the first.");
    private readonly Option<int?> _words = Number("--words", "Words in which captions of a pair may differ: 1 or 2.", 1);
    private readonly Option<bool> _insertions = Flag("--insertions", "Pairs captions of which one has a word more, too.");
    private readonly Option<int?> _maxGroup = Number("--max-group", "Captions drawn of those that are equal but for the same word.", 2);
    private readonly Option<string[]> _exclude = new("--exclude") { Description = "A phrase whose captions make no pair, such as \"flag of\"." };
    private readonly Option<string?> _vocabulary = new("--vocabulary") { Description = "A file of known words; pairs with other words in their change are dropped." };
    private readonly Option<string?> _synonyms = new("--synonyms") { Description = "A file of synonyms, a group of words a line; changes within a group are dropped." };
    private readonly Option<string?> _embeddings = new("--embeddings") { Description = "Embeddings of the media (covr embed): the most similar media are paired, not drawn ones." };
    private readonly Option<int?> _maxPairs = Number("--max-pairs", "Pairs of media of one caption pair.", 1);
    private readonly Option<string[]> _testSets = new("--test-set", OptionNames.Aliases("--test-set")) { Description = "A file of a test set whose captions and media must not appear." };
    private readonly Option<string?> _testEmbeddings = new("--test-embeddings", OptionNames.Aliases("--test-embeddings")) { Description = "Embeddings of the media of test sets (covr embed), with --embeddings: media nearly identical to these must not appear." };
    private readonly Option<bool> _divide = Flag("--divide", "Divides connected media between splits, and drops the triplets between two.");
    private readonly Option<double?> _validation = new("--validation-share", OptionNames.Aliases("--validation-share")) { Description = "The share of triplets for validation, 0 to 0.9." };
    private readonly Option<double?> _test = new("--test-share", OptionNames.Aliases("--test-share")) { Description = "The share of triplets for the test, 0 to 0.9." };
    private readonly Option<int?> _seed = new("--seed") { Description = "The seed of samples." };
    private readonly Option<int?> _memory = Number("--memory", "The memory limit of the database in MiB.", 64);

    private ConstructArguments()
    {
    }

    /// <summary>Adds the arguments to a command.</summary>
    public static ConstructArguments AddTo(Command command)
    {
        var arguments = new ConstructArguments();
        command.Add(arguments._inputs);
        Array.ForEach<Option>(
            [
                arguments._media, arguments._work, arguments._output, arguments._name, arguments._caption, arguments._id, arguments._path, arguments._several, arguments._words, arguments._insertions, arguments._maxGroup,
                arguments._exclude, arguments._vocabulary, arguments._synonyms, arguments._embeddings, arguments._maxPairs, arguments._testSets, arguments._testEmbeddings, arguments._divide, arguments._validation, arguments._test,
                arguments._seed, arguments._memory,
            ],
            command.Add);
        return arguments;
    }

    /// <summary>The folder of embeddings; null if none was given.</summary>
    public string? Embeddings(CommandHost host, ParseResult parsed) => Path(host, parsed, _embeddings);

    /// <summary>The folder of the embeddings of test sets; null if none was given.</summary>
    public string? TestEmbeddings(CommandHost host, ParseResult parsed) => Path(host, parsed, _testEmbeddings);

    /// <summary>The options of the library.</summary>
    public ConstructionOptions Read(CommandHost host, ParseResult parsed)
    {
        var options = new ConstructionOptions { WorkFile = host.PathOf(parsed.GetRequiredValue(_work)) };
        options.Seed = parsed.GetValue(_seed) ?? options.Seed;
        options.MemoryLimit = parsed.GetValue(_memory) ?? options.MemoryLimit;
        ReadCollect(host, parsed, options.Collect);
        options.Mining.Words = parsed.GetValue(_words) ?? options.Mining.Words;
        options.Mining.Insertions = parsed.GetValue(_insertions);
        options.Mining.MaxGroup = parsed.GetValue(_maxGroup) ?? options.Mining.MaxGroup;
        Add(options.TextFilter.ExcludedPhrases, parsed.GetValue(_exclude));
        options.TextFilter.Vocabulary = Path(host, parsed, _vocabulary);
        options.TextFilter.Synonyms = Path(host, parsed, _synonyms);
        options.Pairing.MaxPairs = parsed.GetValue(_maxPairs) ?? options.Pairing.MaxPairs;
        Add(options.Split.TestSets, parsed.GetValue(_testSets)?.Select(host.PathOf));
        options.Split.DivideConnected = parsed.GetValue(_divide);
        options.Split.ValidationShare = parsed.GetValue(_validation) ?? options.Split.ValidationShare;
        options.Split.TestShare = parsed.GetValue(_test) ?? options.Split.TestShare;
        options.Export.Folder = host.PathOf(parsed.GetRequiredValue(_output));
        options.Export.Name = parsed.GetRequiredValue(_name);
        options.Export.EmbeddingFolder = Embeddings(host, parsed);
        return options;
    }

    private static Option<string?> Column(string name) => new($"--{name}-column", OptionNames.Aliases($"--{name}-column")) { Description = $"The column of the {name}. [default: {name}]" };

    private static Option<bool> Flag(string name, string description) => new(name, OptionNames.Aliases(name)) { Description = description };

    private static Option<int?> Number(string name, string description, int least) => new Option<int?>(name, OptionNames.Aliases(name)) { Description = description }.AtLeast(least);

    private static string? Path(CommandHost host, ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } path ? host.PathOf(path) : null;

    private static void Add(IList<string> list, IEnumerable<string>? values)
    {
        foreach (var value in values ?? [])
        {
            list.Add(value);
        }
    }

    private void ReadCollect(CommandHost host, ParseResult parsed, CollectOptions options)
    {
        Add(options.Inputs, parsed.GetRequiredValue(_inputs).Select(host.PathOf));
        options.MediaFolder = Path(host, parsed, _media);
        options.CaptionColumn = parsed.GetValue(_caption) ?? options.CaptionColumn;
        options.IdColumn = parsed.GetValue(_id) ?? options.IdColumn;
        options.PathColumn = parsed.GetValue(_path) ?? options.PathColumn;
        options.SeveralCaptions = parsed.GetValue(_several);
    }
}
