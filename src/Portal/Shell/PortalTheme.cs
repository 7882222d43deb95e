using MudBlazor;

namespace Portal.Shell;

/// <summary>The look, in one file. Every pair of text and surface passes WCAG AA.</summary>
public static class PortalTheme
{
    private static readonly string[] s_systemFonts =
        ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Arial", "sans-serif"];

    public static readonly MudTheme Theme = new()
    {
        PaletteLight = new PaletteLight
        {
            Background = "#F7F8FA",
            BackgroundGray = "#F0F2F6",
            Surface = "#FFFFFF",
            AppbarBackground = "#FFFFFF",
            AppbarText = "#1A1F2B",
            DrawerBackground = "#FFFFFF",
            DrawerText = "#1A1F2B",
            TextPrimary = "#1A1F2B",
            TextSecondary = "#586072",
            TextDisabled = "#70788A",
            ActionDefault = "#586072",
            ActionDisabled = "#70788A",
            ActionDisabledBackground = "#E7EAF0",
            Primary = "#2F55D4",
            PrimaryContrastText = "#FFFFFF",
            Secondary = "#586072",
            Success = "#1A7A47",
            Warning = "#8A5800",
            Error = "#B3261E",
            Info = "#1D62B8",
            LinesDefault = "#DDE1E9",
            LinesInputs = "#8A93A5",
            TableLines = "#E4E7EE",
            Divider = "#DDE1E9",
        },
        PaletteDark = new PaletteDark
        {
            Background = "#11141A",
            BackgroundGray = "#161A21",
            Surface = "#191D25",
            AppbarBackground = "#191D25",
            AppbarText = "#E8EBF1",
            DrawerBackground = "#191D25",
            DrawerText = "#E8EBF1",
            TextPrimary = "#E8EBF1",
            TextSecondary = "#A3ABBA",
            TextDisabled = "#8891A1",
            ActionDefault = "#A3ABBA",
            ActionDisabled = "#8891A1",
            ActionDisabledBackground = "#262B35",
            Primary = "#9DB2FF",
            PrimaryContrastText = "#11141A",
            Secondary = "#A3ABBA",
            Success = "#6CC796",
            SuccessContrastText = "#11141A",
            Warning = "#E0B24A",
            WarningContrastText = "#11141A",
            Error = "#FF9088",
            ErrorContrastText = "#11141A",
            Info = "#86BCF5",
            InfoContrastText = "#11141A",
            LinesDefault = "#2C323D",
            LinesInputs = "#6B7484",
            TableLines = "#262C36",
            Divider = "#2C323D",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", AppbarHeight = "56px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = s_systemFonts, FontSize = "0.875rem", LineHeight = "1.5" },
            Body1 = new Body1Typography { FontFamily = s_systemFonts, FontSize = "0.875rem", LineHeight = "1.5" },
            Body2 = new Body2Typography { FontFamily = s_systemFonts, FontSize = "0.8125rem", LineHeight = "1.5" },
            H6 = new H6Typography { FontFamily = s_systemFonts, FontSize = "1rem", FontWeight = "600" },
            Button = new ButtonTypography { FontFamily = s_systemFonts, FontSize = "0.875rem", FontWeight = "600", TextTransform = "none" },
        },
    };
}
