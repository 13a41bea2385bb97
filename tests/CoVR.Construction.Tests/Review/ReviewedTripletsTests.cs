using CoVR.Construction.Review;

namespace CoVR.Construction.Tests.Review;

public sealed class ReviewedTripletsTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("?", null, null)]
    [InlineData("-", true, null)]
    [InlineData("a", false, "a")]
    [InlineData("a-", true, null)]
    [InlineData("aa-", false, "a")]
    [InlineData("ba-a", false, "a")]
    [InlineData("ba?", false, "b")]
    [InlineData("a--", true, null)]
    public void Unite_DecisionsOfSeveral_FollowsTheMajority(string decisions, bool? discarded, string? text)
    {
        var united = ReviewedTriplets.Unite(decisions.Select((letter, i) => new ReviewDecision("t", $"{i}", letter switch
        {
            '?' => ReviewVerdict.Undecided,
            '-' => ReviewVerdict.Discard,
            _ => ReviewVerdict.Keep,
        })
        { Text = char.IsLetter(letter) ? $"{letter}" : null, Time = DateTimeOffset.UnixEpoch.AddMinutes(i) }));

        Assert.Equal((discarded, text), (united?.Discarded, united?.Text));
    }
}
