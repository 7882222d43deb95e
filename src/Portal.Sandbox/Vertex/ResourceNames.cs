namespace Portal.Sandbox.Vertex;

/// <summary>Names inside bodies and queries may spell the project by id; here they are all kept by number.</summary>
internal static class ResourceNames
{
    public static string Normalize(string name)
    {
        var segments = name.Split('/');
        if (segments is ["projects", var project, "locations", ..])
        {
            segments[1] = ProjectNumber.Of(project);
        }

        return string.Join('/', segments);
    }
}
