"""Every finding that there is, as a table: a line with its marks, and below it what it means.

The marks are the id, how grave it is (error, warning, note), who is at fault and the section. The
ids are kept for good: programs look for them.
"""

from __future__ import annotations

TABLE = """
log.truncated_frame note log -
    A frame was cut off by whoever wrote the log.
log.damaged note log -
    The log is damaged: parts of a record disagree, or signs were lost or numbers rounded.
log.gap note log -
    Nothing was recorded for so long that something may be missing, or ids that it counts lack.
log.newest_first note log -
    The log runs backwards, and was read from its end.
log.time_backwards note log -
    The time of the log jumps back, as where two logs were joined.
log.one_sided note log -
    Only one side was recorded, or no answers, or few kinds of messages.
log.duplicate note log -
    The same frame was written down by two loggers, and counts once.
log.zone_assumed note log -
    The times name no zone; it was worked out from the clock of the CSMS, or is not known.
log.direction_inferred note log -
    The log does not say who sent what; it follows from the messages.
log.chargers_mixed note log -
    Several charge points are in the log and cannot be told apart.
log.other_protocol note log -
    Messages of another version of OCPP were passed over.
log.unread note log -
    A message cannot be read, and the log may have made it so.
log.masked note log -
    Values are masked, and what needs them is not judged.

frame.not_json error sender J 4.1.2
    A message is no JSON.
frame.shape error sender J 4.2
    A message does not have the elements of its kind.
frame.unknown_type warning sender J 4.1.3
    A message has a type other than 2, 3 and 4.
frame.id_not_text error sender J 4.1.4
    The id of a message is no text.
frame.id_too_long error sender J 4.1.4
    The id of a message has more than 36 characters.
frame.id_reused error sender JE 3.1, 3.7
    A new CALL has the id of an earlier one.
schema.unknown_action error sender S 3.3
    OCPP 1.6 has no such action.
schema.missing_field error sender S 6
    A required field is missing.
schema.unknown_field error sender S 6
    A field is none of this message.
schema.wrong_type error sender S 7
    A field has another type of JSON than it must have.
schema.too_long error sender S 7
    A text is longer than its field may be.
schema.bad_character error sender S 7
    A text has characters that its field may not have.
schema.not_in_enum error sender S 7
    A value is not among those of its enumeration.
schema.list_count error sender S 6
    A list has too few or too many entries.
schema.null_value error sender J 4.2
    A field is null; one that is not set is left out.
schema.bad_time error sender S 3.14, 3.15
    A time is no date and time of ISO 8601.
schema.time_without_zone warning sender S 3.14
    A time has neither Z nor an offset.
schema.out_of_range error sender S 6
    A number is outside of what its field allows.
schema.value_not_decimal warning charge_point S 7.43
    A measured value is no plain decimal number.
callerror.unknown_code warning sender J 4.2.3
    A CALLERROR has a code that is not in the list.
callerror.unfit_code note sender J 4.2.3
    A CALLERROR has a code that does not fit what happened.
direction.wrong_side error sender S 3.3
    A CALL came from the side that may not send it.

call.unanswered error answerer J 4.1.1
    A CALL was never answered.
call.answered_twice error answerer J 4.1.1
    A CALL was answered a second time.
call.answer_without_call note answerer J 4.1.4
    An answer belongs to no CALL of the log.
call.two_outstanding error sender J 4.1.1
    A CALL was sent while the one before was still open.
call.answer_late warning answerer J 4.1.1
    An answer came after its CALL had timed out.
call.slow note answerer -
    Answers were slow.
call.answers_crossed note answerer J 4.1.1
    Two CALLs were answered in the reverse order.
call.error_answer note answerer J 4.2.3
    A CALL was answered with a CALLERROR.

boot.call_before_accepted error charge_point S 4.2
    The charge point sent a CALL before its BootNotification was answered.
boot.call_while_pending error charge_point S 4.2, 5.17
    The charge point sent a CALL while Pending that nobody had asked for.
boot.call_while_rejected error charge_point S 4.2
    The charge point spoke while Rejected.
boot.retry_too_early error charge_point S 4.2
    BootNotification was repeated before the interval was over.
boot.remote_start_before_accepted error csms S 4.2
    The CSMS asked for a start or a stop before it had accepted the charge point.
boot.csms_call_while_rejected warning csms S 4.2
    The CSMS sent a CALL to a charge point that it had Rejected.
boot.answered_while_pending note csms JE 3.10
    The CSMS took a CALL of a charge point that it had not accepted.
boot.status_missing error charge_point S 4.9, E 3.22
    After the boot the status of a connector was not told.
boot.loop warning charge_point -
    The charge point boots again and again.
boot.interval_odd note csms S 4.2
    The interval of the BootNotification.conf is strange.
boot.on_reconnect note charge_point J 5.4
    BootNotification was sent after a mere reconnect.
heartbeat.missing warning charge_point S 4.6
    The charge point was silent for longer than its interval.
heartbeat.too_often note charge_point S 4.6
    Heartbeats were sent that nobody needed.
link.lost note network J 5
    The connection was closed.
link.flapping warning network J 5
    The connection is lost again and again.
link.pong_missing warning network J 5.3, S 9.1.34
    A ping was not answered with a pong.
link.ping_interval note charge_point S 9.1.34
    Pings come at another interval than WebSocketPingInterval.
link.two_connections warning charge_point -
    A charge point held two connections at once.
link.no_subprotocol error csms J 3.1.2, 3.2
    The connection went on without the subprotocol ocpp1.6.
link.unsent note csms -
    The CSMS wrote to a connection that was closed.

status.illegal_transition error charge_point S 4.9
    A connector went straight to a status that may not follow.
status.connector_zero error charge_point S 4.9, 7.7
    Connector 0 has a status that only a real connector may have.
status.ev_communication_error error charge_point S 7.6
    EVCommunicationError was told with a status that it does not go with.
status.faulted_without_error warning charge_point S 7.6
    A connector is Faulted without an error.
status.warning_as_fault note charge_point S 7.6
    A connector is Faulted because of what leaves charging possible.
status.repeated note charge_point S 4.9
    The same status was told again and again.
status.time_backwards warning charge_point S 4.9
    The timestamp of a status lies before that of the one before.
status.unknown_connector error charge_point S 9.1.21
    A message names a connector that the charge point does not have.
status.contradicts_transaction warning charge_point S 4.9, 2.2
    The status of a connector and its transaction do not go together.

auth.start_without_authorize warning charge_point S 4.1, 3.5
    A transaction was started with a tag that nobody had accepted.
auth.start_after_refusal error charge_point S 4.1, 4.8
    A transaction was started with a tag that had been refused.
auth.authorize_for_own_stop error charge_point S 3.4, 4.1
    The tag that started was authorized again in order to stop.
auth.expired_accepted warning csms S 7.27
    A tag was Accepted that had expired.
auth.not_stopped_on_invalid error charge_point S 4.8, 9.1.24
    A transaction went on although its tag was refused.
tx.parallel error charge_point S 2.2, 4.8
    A transaction was started on a connector where one was running.
tx.wrong_id error charge_point S 4.7, 4.10
    A message has another transactionId than its start was given.
tx.minus_one_id warning charge_point E 3.18
    The transactionId is -1 although the start was answered.
tx.stop_without_start error charge_point S 4.10
    A transaction was stopped that never started.
tx.id_given_twice error csms S 6.46
    The CSMS gave an id that another open transaction has.
tx.zero_id note csms S 6.46
    The CSMS gave an id that is zero or negative.
tx.stop_before_conf warning charge_point S 3.7
    A message of a transaction was sent before its start was answered.
tx.meter_stop_below_start error charge_point S 4.10, 7.31
    The meter stood lower at the end than at the start.
tx.meter_start_mismatch warning charge_point S 7.31
    meterStart disagrees with the values of the meter.
tx.meter_stop_mismatch warning charge_point S 7.31
    meterStop disagrees with the values of the meter.
tx.register_falls error charge_point S 7.31
    The register of the meter fell within a transaction.
tx.register_jumps warning charge_point S 7.31
    The register of the meter rose faster than power can flow.
tx.register_rebased note charge_point E 3.9
    The register of the meter begins at 0 in each transaction.
tx.time_backwards error charge_point S 4.10
    Times within a transaction are out of order.
tx.values_outside error charge_point S 4.7
    Values belong to a transaction that was not running.
tx.values_without_id warning charge_point E 3.16
    Values of a running transaction do not name it.
tx.values_missing warning charge_point E 3.15, S 9.1.19
    Values of a running transaction stayed away.
tx.values_interval note charge_point S 9.1.19
    Values come at another interval than the one that is set.
tx.aligned_off_grid warning charge_point S 9.1.5
    Values that are aligned to the clock are not.
tx.measurand_missing warning charge_point S 9.1.17
    A measurand that is set is never sent.
tx.data_context warning charge_point E 3.14, 3.91
    transactionData lacks its begin or its end, or has what was triggered.
tx.data_not_configured warning charge_point S 3.16.5
    transactionData and the keys for it do not go together.
tx.reason_mismatch warning charge_point S 7.36
    The reason of a stop does not fit what happened.
tx.stop_tag_unneeded note charge_point S 6.49
    A stop names a tag although nobody swiped one.
tx.not_stopped error charge_point S 4.10
    A transaction is over, and StopTransaction was not sent.
tx.open_at_end note log -
    A transaction was running when the log ended.
remote.start_connector_zero error csms S 5.11, 6.33
    A start was asked for on a connector that cannot be.
remote.start_without_result note charge_point S 5.11
    A remote start was Accepted, and nothing came of it.
remote.start_refused_silently note charge_point S 5.11
    A remote start was Rejected; what is known of the reasons.
remote.stop_without_result error charge_point S 5.12
    A remote stop was Accepted, and the transaction was not stopped.
remote.stop_unknown_accepted error charge_point S 5.12
    The answer to a remote stop does not fit what was running.

retry.content_changed error charge_point S 3.7.1, JE 3.1
    A repeated message differs from what was sent first.
retry.after_answer error charge_point S 3.7.1
    A message was repeated although it had been answered.
retry.too_early warning charge_point S 3.7.1
    A message was repeated before its time.
retry.too_often warning charge_point S 3.7.1
    A message was repeated more often than is set.
retry.given_up warning csms S 3.7.1
    A message of a transaction was never taken by the CSMS.
retry.doubled_at_csms warning csms S 4.8
    A repeated start was given another id.
queue.order error charge_point S 3.7
    Messages of transactions are not in the order of time.
queue.overtaken warning charge_point S 3.7.1
    A message of a transaction overtook one that waited.
queue.late note network S 3.7
    A message of a transaction was delivered late.

config.accepted_not_applied error charge_point S 5.3
    A key does not have the value that was Accepted.
config.unknown_key_accepted error charge_point S 5.3
    The charge point answered for a key that it does not have.
config.read_only_accepted error charge_point S 5.3
    A change of a key was Accepted that can only be read.
config.wrong_access warning charge_point S 9
    A key of the standard has another access than it must have.
config.bad_value_accepted error charge_point S 9
    A value was Accepted that its key cannot have.
config.good_value_refused note charge_point S 5.3
    A value was Rejected that its key may have.
config.required_key_missing error charge_point S 9
    A key is missing that every charge point must have.
config.key_not_answered error charge_point S 5.8
    A key was asked for and not answered, or the other way round.
config.too_many_keys warning csms S 5.8
    More keys were asked for than GetConfigurationMaxKeys.
config.profile_unused note log S 9
    Messages of a feature profile are used that is not named as supported.

profile.wrongly_accepted error charge_point S 5.16
    A charging profile was Accepted that must be refused.
profile.wrongly_rejected warning charge_point S 5.16
    A charging profile was Rejected that is in order.
profile.malformed error csms S 5.16
    The CSMS sent a charging profile that nobody may accept.
profile.tx_without_transaction warning csms S 3.13.1, 5.16
    A TxProfile was sent while no transaction was running.
profile.clear_mismatch error charge_point S 5.5, E 3.26
    The answer to ClearChargingProfile does not fit the profiles that there are.
composite.shape error charge_point S 5.7
    A composite schedule is not in order.
composite.differs error charge_point S 5.7, 3.13
    A composite schedule is not what the profiles come to.
limit.exceeded error charge_point S 3.13, 5.16
    More flowed than the limit in force allowed.
limit.not_offered warning charge_point S 7.31
    More was offered to the vehicle than the limit in force.
limit.zero_status note charge_point S 4.9
    The limit lets nothing flow, and the status stays Charging.

reservation.other_tag_started error charge_point S 5.13
    A transaction was started on a connector that was reserved for another tag.
reservation.id_missing error charge_point S 4.8, 5.13
    A start on a reserved connector does not name its reservation rightly.
reservation.status_missing warning charge_point S 4.9
    A reservation was Accepted, and the connector was not told as Reserved.
reservation.not_ended warning charge_point S 5.13
    A reservation is over, and the connector stays Reserved.
reservation.cancel_mismatch error charge_point S 5.1
    The answer to CancelReservation does not fit the reservations that there are.
reservation.rejected_codes note charge_point S 5.13
    The answer to ReserveNow does not fit the status that was told.
list.version_not_higher error charge_point S 5.15
    A list was Accepted whose version is not above the current one.
list.version_wrong error charge_point S 5.10
    The version of the local list is not that of the last update.
list.version_illegal error csms E 3.52
    The local list was sent with a version that it cannot have.
list.duplicate_tags error csms S 5.15
    A tag stands twice in a local list.
list.too_long warning csms S 9.2
    A local list has more entries than can be sent at once.
list.full_without_info error csms S 6.41
    A full local list has a tag without idTagInfo.
availability.not_applied error charge_point S 5.2, 4.9
    A change of availability was Accepted, and did not show.
availability.changed_in_transaction error charge_point S 5.2
    A connector was taken out of service while a transaction was running.
trigger.no_message error charge_point S 5.17
    A message was promised, and did not come.
trigger.message_first note charge_point S 5.17
    A message that was asked for came before the answer.
trigger.boot_accepted note charge_point E 3.35
    A BootNotification was promised although the charge point is registered.
unlock.transaction_continues error charge_point S 5.18
    A connector was Unlocked, and its transaction went on.
reset.no_boot warning charge_point S 5.14, 4.2
    A reset was Accepted, and no BootNotification followed.
reset.transaction_open error charge_point S 5.14
    A transaction was still open after a reset.
data_transfer.unknown_vendor_accepted note sender S 4.3
    Data of a vendor was Accepted whom nobody had named before.

firmware.sequence error charge_point S 4.5, 5.19
    A status of a firmware update does not follow from the one before.
firmware.idle_untriggered error charge_point S 4.5
    Idle was told without being asked for.
firmware.unasked warning charge_point S 4.5
    A firmware update is told that nobody asked for.
firmware.silent warning charge_point S 5.19
    Nothing was told of a firmware update, or not how it ended.
firmware.too_early error charge_point S 5.19
    Firmware was fetched before retrieveDate.
firmware.version_unchanged warning charge_point S 4.2, 5.19
    Firmware was Installed, and the version is the old one.
firmware.failed note charge_point S 4.5
    A firmware update failed.
diagnostics.failed note charge_point S 4.4
    An upload of diagnostics failed.
diagnostics.sequence error charge_point S 4.4
    A status of an upload does not follow from the one before.
diagnostics.silent warning charge_point S 5.9
    Nothing was told of an upload, or not how it ended.
diagnostics.unasked warning charge_point S 4.4
    An upload is told that nobody asked for.
signed_firmware.sequence error charge_point W L01
    A status of a signed update does not follow from the one before.
log_upload.sequence error charge_point W N01
    A status of an upload of logs does not follow from the one before.
log_upload.request_id error charge_point W N01
    An upload of logs names another request than was made.

security.secret_in_log error log W A01.FR.12, J 6.2.2
    The log holds a key or a password that can be read.
security.plain_basic_auth warning network W A00.FR.201
    A password went over a connection that is not encrypted.
security.key_returned error charge_point J 6.2.2, W A01
    The charge point told its AuthorizationKey.
security.credentials_in_location note csms -
    A location holds a user and a password.
security.profile_lowered error charge_point W A05.FR.01
    A lower security profile was Accepted.
security.no_reconnect error charge_point W A01
    A new key or profile was Accepted, and the old connection went on.
security.event_before_accepted error charge_point S 4.2, W A04
    A security event was sent before the charge point was accepted.
security.certificate_unasked warning csms W A02
    A certificate was sent that nobody had asked for.
time.charger_clock warning charge_point S 4.2, 4.6
    The clock of the charge point differs from that of the CSMS.
time.csms_clock warning csms S 3.14
    The clock of the CSMS is wrong.
time.local_as_utc warning csms S 3.15
    A local time is written as if it were UTC.
"""
"""Every finding, in the order of the standard's subjects."""
