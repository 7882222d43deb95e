using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using OpenIddict.Abstractions;

namespace Portal.Sandbox.Identity;

/// <summary>"Pick who you are": plain HTML, one form per person, no script and no request to anywhere else.</summary>
internal static class SignInPage
{
    public const string PersonField = "sandbox_person";

    public static IResult Render(IReadOnlyList<SandboxPerson> people, OpenIddictRequest request)
    {
        var html = new StringBuilder();
        html.Append("""
            <p>This is a development sign-in. It asks for no password and is not for production.</p>
            <ul class="people">
            """);
        foreach (var person in people)
        {
            AppendPerson(html, person, request);
        }

        html.Append("</ul>");
        return SandboxPage.Render("Pick who you are", html.ToString());
    }

    private static void AppendPerson(StringBuilder html, SandboxPerson person, OpenIddictRequest request)
    {
        html.Append("""<li><form method="post" action="/connect/authorize">""");
        foreach (var (name, value) in request.GetParameters())
        {
            if (name != PersonField && (string?)value is { } text)
            {
                html.Append(CultureInfo.InvariantCulture, $"""<input type="hidden" name="{Encode(name)}" value="{Encode(text)}">""");
            }
        }

        html.Append(CultureInfo.InvariantCulture, $"""
            <button type="submit" name="{PersonField}" value="{Encode(person.Subject)}">
            <strong>{Encode(person.Name)}</strong> <span>{Encode(person.Email)}</span> <span class="muted">{Encode(person.Description)}</span>
            </button></form></li>
            """);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
