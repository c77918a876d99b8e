"""Help in sections, for commands of many options."""

import click

SECTIONS = {
    "Rules": ("select", "ignore", "extend_select", "extend_ignore"),
    "Fixes": ("fix", "unsafe_fixes", "fixable", "unfixable", "diff", "fix_only", "exit_non_zero_on_fix"),
    "Old findings": ("baseline", "add_ignores", "reason"),
    "Output": ("format_name", "output_file", "output", "statistics", "color", "fail_on", "exit_zero"),
    "Caffe": ("dialect", "target", "phase", "level", "stages"),
    "Files": (
        "exclude",
        "extend_exclude",
        "force_exclude",
        "respect_gitignore",
        "stdin_filename",
        "show_files",
    ),
    "Settings": ("config", "isolated", "show_settings"),
    "Many files": ("jobs", "cache_dir", "no_cache", "watch"),
}
"""The options of each section, by their parameters; `Options`, with all others, comes first."""


class SectionedCommand(click.Command):
    """A command whose help shows its options in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those in no section first."""
        params = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        found = {param.name: param.get_help_record(ctx) for param in params}
        sections = {title: [found.pop(name, None) for name in names] for title, names in SECTIONS.items()}
        for title, records in {"Options": found.values(), **sections}.items():
            if shown := [record for record in records if record]:
                with formatter.section(title):
                    formatter.write_dl(shown)
