"""What people type into the palette for an action that is called something else.

By the id of the action; phrases with commas between. A phrase that is typed whole leads there as
the title does, and each of its words helps to find it. Words of the title need not be here, nor
misspelt ones: those are forgiven anyway.
"""

from __future__ import annotations

from collections.abc import Mapping

ALSO: Mapping[str, str] = {
    "charge_point.stop": "halt, shut down, go silent, close the websocket, stop talking, end ocpp",
    "charge_point.restart": "resume, start ocpp, start again, connect again, talk again, go on",
    "charge_point.data_transfer": "price, tariff, cost, vendor message, custom message, "
    "DataTransfer, display text",
    "charge_point.try_now": "reconnect, connect now, connect, retry, send now, flush the queue, "
    "hurry, skip the wait",
    "charge_point.network": "offline, go offline, online, go online, disconnect, connection loss, "
    "lose the connection, unplug the network, ethernet, lan, wifi, cut the line, internet",
    "charge_point.weather": "latency, jitter, packet loss, slow network, chaos, simulate a bad "
    "connection, train tunnel, overloaded backend, flapping, lte, captive portal, lossy, half "
    "open, dns, timeout, throttle, bandwidth, seed, toxic, network conditions, fair weather",
    "charge_point.power_cycle": "reboot, power off, power cycle, power loss, outage, blackout, "
    "hard reset, reset, restart the charge point, boot, switch off, turn off",
    "charge_point.stop_report": "stop report, why it is stopped",
    "charge_point.acknowledge": "dismiss, confirm, clear the alarm, internal error, ack",
    "log.next": "next problem, next error, jump to the next fault, forward",
    "log.previous": "previous problem, error before, jump back, backward",
    "log.go_to": "seek, jump to a time, frame number, line, scrub, when, clock",
    "log.frame_on": "step, one message further, forward",
    "log.frame_back": "step back, one message back",
    "log.begin": "start, first frame, rewind",
    "log.end": "last frame, newest",
    "log.which": "identity, other, pick one",
    "log.play": "run, watch, replay, pause, movie",
    "charge_point.bundle": "support file, zip, send logs, save everything, trace, collect, report",
    "charge_point.connection": "url, endpoint, websocket, tls, password, authorization key, "
    "identity, security profile, connection details, host",
    "configuration.get": "GetConfiguration, get config, read config, settings, parameters",
    "configuration.set": "edit a key, change a key, set config, write config, price key, "
    "tariff key, ChangeConfiguration, change setting, modify",
    "configuration.monitor": "watch, observe, track, favourite, pin, star",
    "configuration.monitor_names": "watch keys by name",
    "configuration.changed": "modified, non default, differs from default, diff",
    "configuration.compare": "diff, difference, import, drift",
    "configuration.export": "save config, download, dump, backup, csv, json, write to a file",
    "configuration.all": "reset the view, unfilter keys",
    "charge_point.presets": "quirks, habits, model, vendor, make, behaves badly, buggy, small "
    "memory, whole amperes, ignores phases, no SuspendedEV, answers late, local time, one phase, "
    "core only, boots at reconnect, foreign fields, forgets profiles",
    "connector.plug": "connect the car, insert the cable, unplug, pull out, plug in, plug out, "
    "ev, charging starts, vehicle arrives, drive away, leave, park",
    "connector.swipe": "start charging, start a session, start a transaction, begin charging, "
    "charge, rfid, card, badge, token, authorize, Authorize, StartTransaction, id tag, local start",
    "connector.press_stop": "stop charging, end charging, stop the transaction, stop the session, "
    "finish charging, abort, StopTransaction, local stop, stop charge",
    "charge_point.emergency_stop": "panic, emergency, e-stop, red button, mushroom",
    "connector.suspend": "SuspendedEV, battery full, car full, pause, resume, ready to charge",
    "connector.raise_error": "fault, break, failure, ground fault, defect, simulate an error, "
    "Faulted, problem, over temperature, door open",
    "connector.clear_error": "repair, fix, fault, heal, remove the fault, recover",
    "connector.jam_lock": "ConnectorLockFailure, stuck, unlock, UnlockConnector, latch",
    "connector.select": "go to a connector, jump to a connector, connector number, choose a "
    "connector",
    "connector.set_vehicle": "car, ev, soc, state of charge, battery size, set vehicle, phases",
    "schedule.explain": "why so slow, limit, slow charging, who limits, power limit, "
    "current limit, throttle, reason, amps, why not full power, car does not charge, not charging",
    "schedule.clear": "ClearChargingProfile, delete a profile, remove a profile, remove the limit, "
    "unlimit",
    "schedule.clear_matching": "clear all profiles, delete all profiles, remove all limits",
    "schedule.install": "set a limit, limit, add a profile, SetChargingProfile, create a profile, "
    "smart charging, throttle, new profile, load management, reduce power",
    "schedule.install_file": "import a profile, load a profile, profile json, upload a profile",
    "schedule.go_to": "jump to a time, what will it be at, tomorrow, tonight, when, date",
    "schedule.export": "save the schedule, csv, json, spreadsheet, composite schedule, "
    "GetCompositeSchedule",
    "schedule.picture": "svg, image, screenshot, chart, graph, plot, png",
    "messages.pause": "freeze, hold, scroll lock, follow, tail, live",
    "messages.copy": "copy frames, copy json",
    "screen.bell": "sound, beep, alarm sound, notify, noise, mute",
    "screen.copy": "clipboard, yank, osc 52, value, field",
    "screen.copy_all": "clipboard, yank all, copy row, copy record, copy json",
    "messages.export": "log, save the log, dump, jsonl, trace, write messages to a file, history, "
    "download",
    "messages.of_connector": "messages of this connector",
    "messages.edit": "resend, repeat, replay, send again, edit and resend, modify a message, retry",
    "messages.compose": "craft, create a message, new message, send a request, custom request, "
    "BootNotification, Heartbeat, StatusNotification, MeterValues, FirmwareStatusNotification, "
    "StartTransaction, StopTransaction, Authorize, DiagnosticsStatusNotification, write a message, "
    "call, SecurityEventNotification, LogStatusNotification, SignCertificate, meter reading",
    "messages.compose_raw": "malformed, invalid json, fuzz, broken frame, hand written, "
    "raw message, raw json",
    "transactions.drop": "delete a queued message, remove from the queue, empty the queue, discard",
    "maintenance.look_up": "check a card, is this tag allowed, authorize, test a card, id tag, "
    "rfid, why refused, tag refused, explain a tag",
    "maintenance.firmware": "update, software version, UpdateFirmware, upgrade, ota, "
    "SignedUpdateFirmware, signature, signed, who signed the firmware",
    "maintenance.diagnostics": "logs, GetDiagnostics, upload",
    "maintenance.log_upload": "GetLog, logs, upload, security log, diagnostics log",
    "maintenance.reservations": "ReserveNow, booking, booked, reserved",
    "maintenance.local_list": "whitelist, SendLocalList, allowed tags, authorization list, cards",
    "maintenance.cache": "authorization cache, known tags, remembered cards",
    "maintenance.certificates": "certificate, certificates, tls, ssl, pki, x509, expiry, expires, "
    "server certificate, certificate chain",
    "maintenance.status_history": "uptime, past faults, what happened, error history, "
    "StatusNotification",
    "maintenance.link_history": "reconnects, connection history, disconnects, why offline, "
    "connection log",
    "maintenance.cancel_reservation": "CancelReservation, delete a reservation, free the connector",
    "maintenance.clear_cache": "ClearCache, forget cards, empty the cache, flush the cache",
    "security.request_certificate": "csr, SignCertificate, CertificateSigned, renew, renewal, "
    "new certificate, client certificate, certificate signing request, key pair",
    "security.install_root": "InstallCertificate, ca, trust, trust anchor, import a certificate, "
    "ca file, manufacturer root",
    "security.delete_root": "DeleteCertificate, remove a root, distrust",
    "security.export_certificate": "pem, save a certificate, download the certificate",
    "security.set_profile": "SecurityProfile, upgrade, downgrade, security level, tls on, wss, "
    "profile 3, basic auth, mutual tls, mtls",
    "security.raise_event": "SecurityEventNotification, tamper, memory exhaustion, intrusion, "
    "simulate a security event",
    "security.clear_log": "erase the security log, SecurityLogWasCleared",
    "security.secure_link": "security profile, tls version, cipher suite, who changed the profile",
    "security.server_certificate": "server certificate, chain, why does tls fail",
    "security.own_certificate": "client certificate, csr, charge point certificate",
    "security.roots": "root, roots, ca, GetInstalledCertificateIds, hash data, trust store",
    "security.security_events": "security log, tamper, audit, SecurityEventNotification",
    "csms.send": "remote start, RemoteStartTransaction, remote stop, RemoteStopTransaction, Reset, "
    "TriggerMessage, ChangeConfiguration, ChangeAvailability, SetChargingProfile, "
    "GetConfiguration, UnlockConnector, ReserveNow, SendLocalList, UpdateFirmware, "
    "GetDiagnostics, ClearCache, backend, server, command from the csms, central system, "
    "set inoperative, unavailable, out of order",
    "csms.raw": "malformed, raw json from the server, broken frame",
    "csms.order": "InstallCertificate, DeleteCertificate, SignedUpdateFirmware, GetLog, "
    "order a security log, signed firmware, forged firmware, certificate, root, TLS, revoke, "
    "AuthorizationKey, order a security profile, renew",
    "csms.run": "test, play, case, start a scenario, demo, conformance, simulation",
    "csms.steps": "progress, result of the scenario, test report, passed, failed",
    "csms.stop": "abort the scenario, cancel the scenario, stop the demo, end the story",
    "csms.story": "demo, pause the demo, autoplay, resume the demo, take over, hands off",
    "csms.step": "next step, single step, one by one, advance",
    "csms.slower": "slow down, half speed, pace, too fast",
    "csms.faster": "speed up, hurry, double speed, pace, fast forward, too slow",
    "csms.attach": "attach, another terminal, second window, share the demo, observer",
    "csms.behaviour": "reject the boot, Pending, slow answers, no answer, delay, timeout, "
    "backend behaviour, misbehave, reject, block a tag, clock offset, fault injection, silence",
    "csms.reset_behaviour": "normal, reset behaviour, behave, default answers",
    "csms.disconnect": "kick, drop the connection, hang up, close the socket, server side close, "
    "disconnect by the csms, disconnect",
    "screen.alarms": "problems, troubles, faults, warnings, what is wrong, errors, health, "
    "why not connected, not connected, car does not charge, not charging, does not work, "
    "it is dead",
    "screen.dashboard": "home, overview, main, start page",
    "screen.messages": "frames, log, traffic, ocpp log, websocket, communication, wire",
    "screen.configuration": "settings, parameters, options",
    "screen.schedule": "limits, timeline, charging profiles, smart charging, forecast, plan",
    "screen.transactions": "queue, history, outbox, offline messages, energy, kwh, "
    "billing, waiting messages, tag refused, car does not charge, not charging",
    "screen.maintenance": "service, maintain",
    "screen.security": "tls, pki, trust, cyber, secure",
    "screen.csms": "backend, server, central system, demo",
    "screen.filter": "search, find, grep, look for, query",
    "screen.sort": "order by, arrange, sort by column, rank",
    "screen.sort_back": "reverse, descending, ascending, invert the order, upside down",
    "screen.repaint": "redraw, refresh, garbled, broken display, clear the screen",
    "screen.zone": "utc, timezone, local time, clock, time zone",
    "screen.zoom": "maximize, full screen, fullscreen, enlarge, bigger, restore",
    "screen.log": "command history, what did i do, audit, recent commands, journal",
    "screen.theme": "color, colour, dark mode, light mode, appearance, skin, contrast, style",
    "screen.help": "keys, shortcuts, keyboard, bindings, manual, cheat sheet, keymap",
    "screen.palette": "commands, menu, actions",
    "screen.next": "focus, switch pane, go to the next pane",
    "screen.previous": "focus back, go back",
    "screen.jump": "go to a pane, goto, focus",
    "screen.quit": "exit, close, leave, bye, end, logout, terminate",
}

ALSO_NAMED: Mapping[str, tuple[str, ...]] = {
    "screen.dashboard": ("dash",),
    "screen.messages": ("msg", "msgs"),
    "screen.configuration": ("keys", "conf", "cfg"),
    "screen.schedule": ("sched",),
    "screen.transactions": ("sessions", "tx"),
    "screen.maintenance": ("upkeep", "maint"),
}
"""What a screen is called besides its name: typed whole, it leads there before anything else."""
