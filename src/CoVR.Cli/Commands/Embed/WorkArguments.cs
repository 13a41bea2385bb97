using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Embedding;

namespace CoVR.Cli.Commands.Embed;

/// <summary>The options shared by embedding commands: batch, workers, shard.</summary>
internal sealed class WorkArguments
{
    private readonly Option<int> _batch = new Option<int>("--batch_size", "--batch-size") { DefaultValueFactory = _ => 16 }.AtLeast(1);
    private readonly Option<int?> _workers = new Option<int?>("--num_workers", "--num-workers")
    {
        Description = "How many files are read and decoded at the same time. [default: the number of processors]",
    }.AtLeast(1);

    private readonly Option<int> _shards = new Option<int>("--num_shards", OptionNames.Aliases("--num_shards", "--num-shards", "-n"))
    {
        Description = "The number of workers that share the job; each may run on its own machine, at any time.",
        DefaultValueFactory = _ => 1,
    }.AtLeast(1);

    private readonly Option<int> _shard = new Option<int>("--shard_id", OptionNames.Aliases("--shard_id", "--shard-id", "-i"))
    {
        Description = "The number of this worker, counted from 0.",
    }.AtLeast(0);

    private WorkArguments(string batch) => _batch.Description = batch;

    /// <summary>Adds all of them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="batch">What a batch consists of.</param>
    /// <param name="media">Whether files are decoded.</param>
    public static WorkArguments AddTo(Command command, string batch, bool media = true)
    {
        var work = new WorkArguments(batch);
        command.Add(work._batch);
        command.Add(work._workers);
        if (!media)
        {
            work._workers.Description = "No effect, since texts are not decoded; accepted because the reference's tool has it.";
        }

        command.Add(work._shards);
        command.Add(work._shard);
        return work;
    }

    /// <summary>Adds those of a shard to a command.</summary>
    public static WorkArguments AddShardTo(Command command)
    {
        var work = new WorkArguments("");
        command.Add(work._shards);
        command.Add(work._shard);
        return work;
    }

    /// <summary>The worker's shard.</summary>
    /// <exception cref="CommandException">There is no such shard.</exception>
    public Shard Shard(ParseResult parsed)
    {
        var (index, count) = (parsed.GetValue(_shard), parsed.GetValue(_shards));
        return index < count
            ? new Shard(index, count)
            : throw new CommandException($"--shard_id {index} is not below --num_shards {count}: the shards of {count} are 0 to {count - 1}.", ExitCodes.Usage);
    }

    /// <summary>How many shards there are.</summary>
    public int Shards(ParseResult parsed) => parsed.GetValue(_shards);

    /// <summary>The options of a job.</summary>
    public EmbeddingOptions Read(ParseResult parsed)
    {
        var options = new EmbeddingOptions { BatchSize = parsed.GetValue(_batch), Shard = Shard(parsed) };
        options.Workers = parsed.GetValue(_workers) ?? options.Workers;
        options.QueueLength = Math.Max(options.QueueLength, Math.Min(64, 2 * options.Workers));
        return options;
    }
}
