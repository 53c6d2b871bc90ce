"""Class: a class votes, follows its teacher, and looks at its own networks as a sample."""

from __future__ import annotations

import streamlit as st

from mnist_core.language import _, later
from pages.app import visitors
from pages.app.addresses import students_address
from pages.app.classroom import CLASS
from pages.app.visitors import Visitor
from pages.classroom.follow import follow_teacher
from pages.classroom.sample import class_as_sample
from pages.classroom.vote import lead_vote
from pages.components.choice import choose

_STUDENTS = {"follow": later("Follow the teacher"), "sample": later("The class as a sample")}
_TEACHERS = {"vote": later("Vote"), "sample": later("The class as a sample")}


def page(visitor: Visitor) -> None:
    """What there is for whoever looks: a teacher, a student, or somebody who may join."""
    visitor.feed.watch(lambda: (CLASS.scene.open, CLASS.scene.sample, CLASS.has(visitor.id)))
    if note := st.session_state.pop("class_note", None):
        st.info(_(note), icon=":material/info:")
    if CLASS.teaches(visitor.id):
        _teach(visitor)
    elif CLASS.has(visitor.id):
        _attend(visitor)
    else:
        _stand_outside(visitor)


def _stand_outside(visitor: Visitor) -> None:
    if not CLASS.scene.open:
        st.info(
            _(
                "No class is open. When the teacher opens it, you can join here; all the other "
                "pages are yours meanwhile."
            ),
            icon=":material/groups:",
        )
        st.caption(
            _(
                "To teach one, open the teacher’s link that the server printed in its terminal "
                "when it was started."
            )
        )
        return
    st.markdown(
        _(
            "Answer the teacher’s questions in one tap, follow the teacher’s network as it learns, "
            "and see everybody’s networks in one picture."
        )
    )
    st.button(
        _("Join the class"),
        key="class_join",
        icon=":material/group_add:",
        type="primary",
        on_click=CLASS.join,
        args=(visitor.id,),
    )
    st.caption(_("Without a name: nobody sees who has answered what."))


def _attend(visitor: Visitor) -> None:
    with st.container(key="class_row"):
        what = choose(_("Show"), _STUDENTS, key="class_show", quiet=True)
    if what == "follow":
        follow_teacher(visitor)
    else:
        class_as_sample(visitor)
    st.button(
        _("Leave the class"),
        key="class_leave",
        type="tertiary",
        on_click=CLASS.leave,
        args=(visitor.id,),
    )


def _teach(visitor: Visitor) -> None:
    if not CLASS.scene.open:
        _open(visitor)
        return
    with st.container(key="class_row", horizontal=True, vertical_alignment="center", gap="xsmall"):
        what = choose(_("Show"), _TEACHERS, key="class_lead", quiet=True)
        st.button(
            _("Close the class"),
            key="class_close",
            type="tertiary",
            on_click=CLASS.close,
            args=(visitor.id,),
            help=_("Sends everybody out. Their runs stay theirs."),
        )
    _tell_address()
    if what == "vote":
        lead_vote(visitor)
    else:
        class_as_sample(visitor)


def _tell_address() -> None:
    if address := students_address():
        st.markdown(_("Students open **{address}** and join.").format(address=address))
    else:
        st.warning(
            _(
                "Only this computer can open the dashboard as it was started. To let a class in, "
                "start it with `--server.address 0.0.0.0`."
            ),
            icon=":material/wifi_off:",
        )


def _open(visitor: Visitor) -> None:
    st.markdown(
        _(
            "You hold the teacher’s link. Open the class, and whoever has this server’s address "
            "can join: they answer your questions, see your run as it learns, and can go on from "
            "it on their own. They cannot change what others see."
        )
    )
    st.button(
        _("Open the class"),
        key="class_open",
        icon=":material/groups:",
        type="primary",
        on_click=CLASS.open,
        args=(visitor.id,),
    )


page(visitors.current())
