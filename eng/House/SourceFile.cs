using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace House;

/// <summary>A method, constructor, operator or accessor that has a body.</summary>
/// <param name="File">The file.</param>
/// <param name="Name">Its name.</param>
/// <param name="Line">Where it starts.</param>
/// <param name="Lines">The lines of its body: a block with its braces, or an expression with its arrow.</param>
internal sealed record Method(string File, string Name, int Line, int Lines);

/// <summary>The measures of one source file.</summary>
internal sealed partial record SourceFile(string Path, int Lines, int CodeLines)
{
    public required IReadOnlyList<Method> Methods { get; init; }

    public required IReadOnlyList<string> PublicTypes { get; init; }

    public required IReadOnlyList<string> NestedPublicTypes { get; init; }

    public required int PublicMembers { get; init; }

    public required int DocumentedMembers { get; init; }

    public static SourceFile Read(string path)
    {
        var text = File.ReadAllText(path);
        var lines = text.TrimEnd('\n').Split('\n');
        var root = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Parse)).GetRoot();
        var types = root.DescendantNodes().OfType<MemberDeclarationSyntax>().Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax).Where(IsPublic).ToArray();
        var members = root.DescendantNodes().OfType<MemberDeclarationSyntax>().Where(IsDocumentable).Where(IsPublic).ToArray();
        return new SourceFile(path, lines.Length, lines.Count(IsCode))
        {
            Methods = [.. Bodies(root, path)],
            PublicTypes = [.. types.Where(type => type.Parent is not TypeDeclarationSyntax).Select(FullName)],
            NestedPublicTypes = [.. types.Where(type => type.Parent is TypeDeclarationSyntax).Select(FullName)],
            PublicMembers = members.Length,
            DocumentedMembers = members.Count(IsDocumented),
        };
    }

    /// <summary>Not blank, no comment, no using or namespace, more than a brace.</summary>
    private static bool IsCode(string line)
    {
        var text = line.Trim();
        return text.Length > 0 && !text.StartsWith("//", StringComparison.Ordinal) && text.Trim('{', '}', '(', ')', '[', ']', ';', ',').Length > 0 && !UsingOrNamespace().IsMatch(text);
    }

    private static IEnumerable<Method> Bodies(SyntaxNode root, string path) =>
        from node in root.DescendantNodes()
        let body = node switch
        {
            BaseMethodDeclarationSyntax method => method.Body ?? (SyntaxNode?)method.ExpressionBody,
            AccessorDeclarationSyntax accessor => accessor.Body ?? (SyntaxNode?)accessor.ExpressionBody,
            _ => null,
        }
        where body is not null
        let span = body.GetLocation().GetLineSpan()
        select new Method(path, NameOf(node), node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, span.EndLinePosition.Line - span.StartLinePosition.Line + 1);

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } accessor => $"{property.Identifier.Text}.{accessor.Keyword.Text}",
        _ => node.Kind().ToString(),
    };

    /// <summary>Visible outside the assembly: public or protected, as are all types around it.</summary>
    private static bool IsPublic(MemberDeclarationSyntax member)
    {
        var isVisible = member is EnumMemberDeclarationSyntax || HasModifier(member, SyntaxKind.PublicKeyword) ||
            (HasModifier(member, SyntaxKind.ProtectedKeyword) && !HasModifier(member, SyntaxKind.PrivateKeyword)) ||
            (member.Parent is InterfaceDeclarationSyntax && !HasModifier(member, SyntaxKind.PrivateKeyword) && !HasModifier(member, SyntaxKind.InternalKeyword));
        return isVisible && (member.Parent is not BaseTypeDeclarationSyntax outer || IsPublic(outer));
    }

    /// <summary>Overrides and explicit implementations inherit their documentation.</summary>
    private static bool IsDocumentable(MemberDeclarationSyntax member) =>
        member is not (BaseNamespaceDeclarationSyntax or GlobalStatementSyntax) && !HasModifier(member, SyntaxKind.OverrideKeyword) &&
        member is not (MethodDeclarationSyntax { ExplicitInterfaceSpecifier: not null } or PropertyDeclarationSyntax { ExplicitInterfaceSpecifier: not null });

    private static bool IsDocumented(MemberDeclarationSyntax member) =>
        member.GetLeadingTrivia().Any(trivia => trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineDocumentationCommentTrivia));

    private static bool HasModifier(MemberDeclarationSyntax member, SyntaxKind kind) => member.Modifiers.Any(kind);

    /// <summary>Parts of a partial type have one name.</summary>
    private static string FullName(MemberDeclarationSyntax type) =>
        string.Join('.', type.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().Reverse().Select(node => node switch
        {
            BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
            TypeDeclarationSyntax declared => $"{declared.Identifier.Text}`{declared.Arity}",
            BaseTypeDeclarationSyntax declared => declared.Identifier.Text,
            DelegateDeclarationSyntax declared => declared.Identifier.Text,
            _ => "",
        }));

    [GeneratedRegex(@"^(namespace [\w.]+;?|(global )?using (static )?[\w.:]+(<.*>)?( = .+)?;)$")]
    private static partial Regex UsingOrNamespace();
}
