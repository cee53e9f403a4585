//! Grades as text, JSON, Markdown and JUnit XML.

use serde_json::{Value, json};

use super::{Grade, wrong};
use crate::lang::html;
use crate::report::{Table, VERSION};

const HEADER: [&str; 7] = [
    "stage",
    "probe",
    "predicted",
    "measured",
    "log predicted",
    "log found",
    "result",
];

fn table(grades: &[Grade]) -> Table {
    let mut table = Table::new(HEADER);
    for grade in grades {
        table.row([
            grade.stage.as_str(),
            grade.probe.as_str(),
            grade.predicted,
            grade.measured.as_deref().unwrap_or("-"),
            yes_no(grade.predicted_log),
            yes_no(grade.measured_log),
            grade.wrong.as_deref().unwrap_or("as predicted"),
        ]);
    }
    table
}

fn yes_no(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "-",
    }
}

/// `6 of 8 as predicted`.
fn summary(grades: &[Grade]) -> String {
    format!(
        "{} of {} as predicted",
        grades.len() - wrong(grades),
        grades.len()
    )
}

/// For people.
pub fn text(grades: &[Grade]) -> String {
    format!("{}\n{}\n", table(grades).text(), summary(grades))
}

/// For a comment or a report.
pub fn markdown(grades: &[Grade]) -> String {
    format!("{}\n{}\n", table(grades).markdown(), summary(grades))
}

/// For machines.
pub fn json(lab: &str, grades: &[Grade]) -> Value {
    let each = grades.iter().map(|grade| {
        json!({
            "stage": grade.stage,
            "probe": grade.probe,
            "predicted": {"verdict": grade.predicted, "logged": grade.predicted_log},
            "measured": {"verdict": grade.measured, "logged": grade.measured_log},
            "ok": grade.wrong.is_none(),
            "reason": grade.wrong,
        })
    });
    json!({
        "version": VERSION,
        "lab": lab,
        "wrong": wrong(grades),
        "grades": each.collect::<Vec<_>>(),
    })
}

/// For dashboards of test results: a suite a stage, a case a probe.
pub fn junit(lab: &str, grades: &[Grade]) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
        html::quote(lab),
        grades.len(),
        wrong(grades)
    );
    for stage in grades.chunk_by(|one, other| one.stage == other.stage) {
        let name = stage.first().map_or("", |grade| grade.stage.as_str());
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
            html::quote(name),
            stage.len(),
            wrong(stage)
        ));
        stage.iter().for_each(|grade| out.push_str(&case(grade)));
        out.push_str("  </testsuite>\n");
    }
    out + "</testsuites>\n"
}

fn case(grade: &Grade) -> String {
    let (stage, probe) = (html::quote(&grade.stage), html::quote(&grade.probe));
    let open = format!("    <testcase classname=\"{stage}\" name=\"{probe}\"");
    match &grade.wrong {
        None => format!("{open}/>\n"),
        Some(why) => format!(
            "{open}>\n      <failure message=\"{}\"/>\n    </testcase>\n",
            html::quote(why)
        ),
    }
}
