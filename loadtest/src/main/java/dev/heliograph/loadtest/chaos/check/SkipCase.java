package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.HistoryEvent.Skip;

/** A skip that a gateway told a device, to be judged when all is known. */
record SkipCase(ChannelView view, Watch watch, Skip skip, String epoch, long at) {}
