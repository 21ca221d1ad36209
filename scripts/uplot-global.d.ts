// The build puts uPlot before the script of the report, as a global name.
import type Plot from "uplot";

declare global {
	const uPlot: typeof Plot;
	type UPlot = Plot;
	type UPlotOptions = Plot.Options;
	type UPlotSeries = Plot.Series;
	type UPlotData = Plot.AlignedData;
}
