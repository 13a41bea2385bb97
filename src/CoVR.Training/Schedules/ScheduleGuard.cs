using System.Runtime.CompilerServices;

namespace CoVR.Training;

/// <summary>Checks of schedule arguments.</summary>
internal static class ScheduleGuard
{
    internal static double Rate(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, "A learning rate is a finite number that is not negative.");
}
