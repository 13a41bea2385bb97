using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Fluid;
using Fluid.Values;
using Microsoft.Extensions.FileProviders;

namespace CoVR.Cli.Pages;

/// <summary>Renders Liquid templates. Every value is encoded unless the template says <c>raw</c>.</summary>
internal static class PageTemplate
{
    private const string Folder = "CoVR.Cli.Pages.Templates";

    private static readonly Assembly Assembly = typeof(PageTemplate).Assembly;
    private static readonly FluidParser Parser = new();
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly FluidValue Css = new StringValue(ReadCss(), encode: false);

    private static readonly TemplateOptions Options = new()
    {
        FileProvider = new EmbeddedFileProvider(Assembly, Folder),
        MemberAccessStrategy = new UnsafeMemberAccessStrategy(),
        StrictFilters = true,
        Trimming = TrimmingFlags.TagLeft | TrimmingFlags.TagRight,
        Greedy = false,
    };

    /// <summary>Renders a template of this assembly.</summary>
    public static string Render(string name, object model)
    {
        using var template = Open(name);
        return Render(template, model);
    }

    /// <summary>Renders a template over a model, whose public properties are its variables.</summary>
    /// <exception cref="ArgumentException">The template is not valid.</exception>
    public static string Render(Stream template, object model)
    {
        using var reader = new StreamReader(template, leaveOpen: true);
        return Parser.TryParse(reader.ReadToEnd(), out var parsed, out var error)
            ? parsed.Render(new TemplateContext(model, Options).SetValue("page_css", Css), Encoder)
            : throw new ArgumentException($"The template is not valid: {error}", nameof(template));
    }

    private static Stream Open(string name) => Assembly.GetManifestResourceStream($"{Folder}.{name}")!;

    private static string ReadCss()
    {
        using var reader = new StreamReader(Open("page.css"));
        return reader.ReadToEnd().TrimEnd();
    }
}
