// What the dashboards are held to: Grafana's own published types (@grafana/schema, Apache-2.0), as one JSON Schema.
// Made anew in an empty folder, for the version of Grafana that compose.yaml names:
//   npm install @grafana/schema@12.2.0 ts-json-schema-generator@2.4.0
//   cp …/tests/monitoring/grafana_schema/schema.ts . &&
//   npx ts-json-schema-generator --path schema.ts --type Schemas --no-type-check --jsDoc none --out grafana-12.2.0.json
import type * as dashboard from "./node_modules/@grafana/schema/dist/types/raw/dashboard/x/dashboard_types.gen";
import type * as heatmap from "./node_modules/@grafana/schema/dist/types/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type * as stat from "./node_modules/@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as timeline from "./node_modules/@grafana/schema/dist/types/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type * as table from "./node_modules/@grafana/schema/dist/types/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as timeseries from "./node_modules/@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

export interface Schemas {
  dashboard: dashboard.Dashboard;
  panel: dashboard.Panel;
  row: dashboard.RowPanel;
  variable: dashboard.VariableModel;
  heatmap: { options: Partial<heatmap.Options>; custom?: Partial<heatmap.FieldConfig> };
  stat: { options: Partial<stat.Options> };
  "state-timeline": { options: Partial<timeline.Options>; custom?: Partial<timeline.FieldConfig> };
  table: { options: Partial<table.Options>; custom?: Partial<table.FieldConfig> };
  timeseries: { options: Partial<timeseries.Options>; custom?: Partial<timeseries.FieldConfig> };
}
