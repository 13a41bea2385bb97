using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using CoVR.Benchmarks;
using CoVR.Benchmarks.FullSize;
using CoVR.Benchmarks.Media;
using CoVR.Benchmarks.Queries;
using CoVR.Benchmarks.Results;
using CoVR.Benchmarks.Serve;
using CoVR.Benchmarks.Start;
using CoVR.Benchmarks.Steps;
using CoVR.Benchmarks.Teach;

switch (args)
{
    case [FullSizeCommand.Name, .. var rest]:
        return FullSizeCommand.Run(rest);
    case [FullSizeChild.Name, .. var rest]:
        return FullSizeChild.Run(rest);
    case [StepBenchmarks.Name, .. var rest]:
        return await StepBenchmarks.RunAsync(rest);
    case [EvaluateCommand.Name, .. var rest]:
        return await EvaluateCommand.RunAsync(rest);
    case [ConstructCommand.Name, .. var rest]:
        return await ConstructCommand.RunAsync(rest);
    case [TeachCommand.Name, .. var rest]:
        return await TeachCommand.RunAsync(rest);
    case [SearchCommand.Name, .. var rest]:
        return await SearchCommand.RunAsync(rest);
    case [QueriesCommand.Name, .. var rest]:
        return await QueriesCommand.RunAsync(rest);
    case [RerankCommand.Name, .. var rest]:
        return await RerankCommand.RunAsync(rest);
    case [TenMillionCommand.Name, .. var rest]:
        return await TenMillionCommand.RunAsync(rest);
    case [PostgresCommand.Name, .. var rest]:
        return await PostgresCommand.RunAsync(rest);
    case [ServeCommand.Name, .. var rest]:
        return await ServeCommand.RunAsync(rest);
    case [ShardsCommand.Name, .. var rest]:
        return await ShardsCommand.RunAsync(rest);
    case [ModelsCommand.Name, .. var rest]:
        return ModelsCommand.Run(rest);
    case [MediaCommand.Name, .. var rest]:
        return await MediaCommand.RunAsync(rest);
    case [TrainStepCommand.Name, .. var rest]:
        return TrainStepCommand.Run(rest);
    case [OnnxBenchmarks.Name, .. var rest]:
        return OnnxBenchmarks.Run(rest);
    case [CsvBenchmarks.Name, .. var rest]:
        return CsvBenchmarks.Run(rest);
    case [StartCommand.Name, .. var rest]:
        return StartCommand.Run(rest);
    case [CsvBenchmarks.ChildName, var annotations]:
        return CsvBenchmarks.Load(annotations);
}

// Each case runs in a process of its own, which BenchmarkDotNet builds. Its pilot stage makes an iteration of a fast case half a second long, warm-up goes on until times
// no longer fall, so that code is timed as the runtime optimizes it last, and iterations until the mean is known to 1 %. Suites whose calls take seconds set less, and say why.
var config = ManualConfig.CreateEmpty()
    .AddJob(Job.Default.WithMaxRelativeError(0.01))
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .AddExporter(new ResultExporter(ResultFile.TakeFolder(ref args)));
return BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config).Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
