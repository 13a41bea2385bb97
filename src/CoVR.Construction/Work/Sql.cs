namespace CoVR.Construction.Work;

/// <summary>Pieces of SQL.</summary>
internal static class Sql
{
    /// <summary>The identity under which readers and galleries know a row of <c>items</c>: its path without extension where that is relative.</summary>
    public const string Media = @"CASE WHEN path IS NULL OR path[1] = '/' OR path[2] = ':' THEN id ELSE regexp_replace(path, '\.[^./]+$', '') END";

    /// <summary>Brings a caption to the form that is compared: lower case, words of letters, digits, inner hyphens and apostrophes, single blanks.</summary>
    /// <param name="text">An expression that is already lower case and in Unicode's form C.</param>
    public static string Words(string text) => $"""
        trim(CASE WHEN regexp_full_match({text}, '[ -~]*')
            THEN regexp_replace({text}, '[^a-z0-9''-]+', ' ', 'g')
            ELSE regexp_replace({text}, '[^\p{"{L}"}\p{"{M}"}\p{"{N}"}''-]+', ' ', 'g') END)
        """;

    /// <summary>Removes hyphens and apostrophes at the ends of words.</summary>
    /// <param name="text">What <see cref="Words"/> returned.</param>
    public static string InnerMarks(string text) => $"""
        CASE WHEN regexp_matches({text}, '(^| )[''-]|[''-]( |$)')
            THEN trim(regexp_replace(regexp_replace({text}, '(^|[''-]* )[''-]+|[''-]+$', ' ', 'g'), '[''-]* +', ' ', 'g'))
            ELSE {text} END
        """;

    /// <summary>A text literal.</summary>
    public static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A name of a table or column.</summary>
    public static string Name(string value) => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
