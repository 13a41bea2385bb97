using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CoVR.Benchmarks;
using CoVR.Benchmarks.FullSize;
using CoVR.Benchmarks.Steps;
using CoVR.Modeling.Native;

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
    case [SearchCommand.Name, .. var rest]:
        return await SearchCommand.RunAsync(rest);
    case [ModelsCommand.Name, .. var rest]:
        return ModelsCommand.Run(rest);
    case [TrainStepCommand.Name, .. var rest]:
        return TrainStepCommand.Run(rest);
    case [OnnxBenchmarks.Name, .. var rest]:
        return OnnxBenchmarks.Run(rest);
    case [CsvBenchmarks.Name, .. var rest]:
        return CsvBenchmarks.Run(rest);
    case [CsvBenchmarks.ChildName, var annotations]:
        return CsvBenchmarks.Load(annotations);
}

NativeTorch.EnsureLoaded();
var config = ManualConfig.CreateEmpty()
    .AddJob(Job.Default
        .WithToolchain(InProcessEmitToolchain.Instance)
        .WithWarmupCount(1)
        .WithIterationCount(5)
        .WithInvocationCount(1)
        .WithUnrollFactor(1))
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default)
    .AddExporter(MarkdownExporter.GitHub);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
return 0;
