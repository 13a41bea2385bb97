using System.Text.Json;
using CoVR.TestSupport;
using CoVR.Training.Schedules;

namespace CoVR.Parity.Tests;

/// <summary>Learning rates at the start of each epoch.</summary>
public sealed class ScheduleParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Group == "schedulers" && golden.HasOutput("lr");

    public void Check(GoldenCase golden)
    {
        foreach (var entry in golden.OutputJson("lr").EnumerateArray())
        {
            var name = entry.GetProperty("class").GetString()!;
            var schedule = Create(name, entry.GetProperty("args"));
            var rates = entry.GetProperty("lr_at_epoch").EnumerateArray().Select(rate => rate.GetDouble()).ToList();
            for (var epoch = 0; epoch < rates.Count; epoch++)
            {
                var rate = schedule.RateAt(epoch, epoch * 10L, 100);
                var tolerance = golden.AbsoluteTolerance + (golden.RelativeTolerance * Math.Abs(rates[epoch]));
                Assert.True(Math.Abs(rate - rates[epoch]) <= tolerance, $"{name} {entry.GetProperty("args")} epoch {epoch}: {rate:R}, expected {rates[epoch]:R}.");
            }
        }
    }

    private static ILearningRateSchedule Create(string name, JsonElement arguments)
    {
        double Argument(string key) => arguments.GetProperty(key).GetDouble();
        return name switch
        {
            "CosineSchedule" => new CosineEpochSchedule(Argument("init_lr"), arguments.GetProperty("max_epochs").GetInt32(), Argument("min_lr")),
            "StepSchedule" => new StepEpochSchedule(Argument("init_lr"), Argument("decay_rate"), Argument("min_lr")),
            _ => throw new InvalidDataException($"The schedule {name} is unknown."),
        };
    }
}
