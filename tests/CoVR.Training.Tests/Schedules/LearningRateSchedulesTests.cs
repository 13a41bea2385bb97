using CoVR.Training.Runs;
using CoVR.Training.Schedules;

namespace CoVR.Training.Tests.Schedules;

public sealed class LearningRateSchedulesTests
{
    [Fact]
    public void LinearWarmup_ThenCosinePerStep_RisesToTheRateAndFallsToTheMinimum()
    {
        var schedule = new LinearWarmupSchedule(60, new CosineStepSchedule(1e-3, 1e-5));
        double At(long step) => schedule.RateAt(0, step, 660);
        Assert.Equal(1e-3 / 60, At(0), 1e-12);
        Assert.Equal(1e-3, At(59), 1e-12);
        Assert.Equal(1e-3, At(60), 1e-12);
        Assert.Equal((1e-3 + 1e-5) / 2, At(360), 1e-9);
        Assert.Equal(1e-5, At(660), 1e-12);
    }

    [Fact]
    public void CosineEpoch_BeyondTheLastEpoch_RisesAgainAsInTheReference()
    {
        var schedule = new CosineEpochSchedule(1, 4);
        Assert.Equal(0, schedule.RateAt(4, 0, 1), 1e-12);
        Assert.True(schedule.RateAt(5, 0, 1) > 0.1);
    }

    [Fact]
    public void StepEpoch_ManyEpochs_StopsAtTheMinimum() =>
        Assert.Equal(0.2, new StepEpochSchedule(1, 0.5, 0.2).RateAt(9, 0, 1));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Trainer_RateOutOfRange_IsRefused(double rate) =>
        Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => new Trainer(new TrainingOptions { LearningRate = rate, Schedule = TrainingScheduleKind.Constant }));
}
